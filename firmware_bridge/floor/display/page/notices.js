// What is wrong for as long as it is: a strip before and after a set, a short sign during one.

import { $, setText } from "./dom.js";
import { figure, say } from "./words.js";

export function writeNotices({ failure, calibration }) {
  const slip = calibration.slip_deg;
  $("#failure").hidden = failure === null;
  setText($("#failure-why"), failure ?? "");
  const moved = slip === null ? "" : say("notice.slip", { deg: figure(Math.abs(slip), 1) });
  const wrong = moved || (calibration.never ? say("notice.never") : "");
  $("#slip").hidden = !wrong;
  setText($("#slip-why"), wrong);
  const sign = failure ? "notice.unsaved" : slip ? "notice.moved" : ""; // a phone has room for one
  setText($("#sign"), sign && `⚠ ${say(sign)}`);
}
