// The guided calibration: every screen follows it, the buttons are for who may change things. What
// a guide says of itself: ../../calibration/CALIBRATING.md.

import { $, element, setText } from "./dom.js";
import { figure, say } from "./words.js";

const STEPS = ["neutral", "stop", "range", "checks"];
const NUDGES = [-5, -0.5, -0.1, 0.1, 0.5, 5]; // degrees
const LEAST_DEG = -60;
const MOST_DEG = 180;
const LEAST_CHECKS = 3; // fewer than that correct nothing
const MAGNETS = { ok: "✓", weak: "⚠", strong: "⚠", missing: "✕", no_answer: "✕" };

const dialog = $("#calibrate");
let guide = null;
let entry = null; // the angle that is being entered; null: that of the lever

// Once. `ask` sends a command.
export function readyGuide(ask) {
  const leave = () => ask({ do: "calibrate", step: "cancel" });
  dialog.oncancel = (event) => {
    event.preventDefault(); // it goes when the station says so
    leave();
  };
  dialog.onclose = () => guide && leave();
  $("#add-reading").onclick = () => {
    ask({ do: "calibrate", step: "check", angle_deg: reading() });
    entry = null;
  };
  for (const by of NUDGES) {
    const button = element("button", { type: "button" });
    button.onclick = () => {
      entry = Math.min(Math.max(reading() + by, LEAST_DEG), MOST_DEG);
      writeEntry();
    };
    $("#guide-nudges").append(button);
  }
}

// How the calibration stands, null if there is none; `live`: samples come.
export function showGuide(newGuide, live) {
  const before = guide?.step;
  guide = newGuide;
  if (!guide) {
    dialog.close();
    return;
  }
  if (!dialog.open) open();
  for (const node of dialog.querySelectorAll("[data-at]")) node.hidden = !node.dataset.at.split(" ").includes(guide.step);
  write(live);
  if (guide.step !== before) {
    entry = null;
    $("#guide-title").focus(); // no button: whoever presses Enter twice meant the step before
  }
}

function open() {
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  dialog.showModal();
}

function write(live) {
  dialog.dataset.now = guide.step;
  const n = STEPS.indexOf(guide.step) + 1;
  const what = say(`guide.${guide.step}`);
  setText($("#guide-title"), n ? say("guide.step", { n, what }) : what);
  setText($("#guide-lifter"), say(`lifter.${guide.step}`));
  setText($("#guide-beside"), say(`beside.${guide.step}`));
  writeMagnet();
  writeRing();
  setText($("#guide-state"), live ? stateWords() : `✕ ${say("guide.no_data")}`);
  setText($("#guide-note"), noteWords());
  setText($("#guide-refusal"), guide.refusal ? words("refusal", guide.refusal) : "");
  writeTaken();
  writeEntry();
  writeNudges();
  $("#finish").disabled = guide.checks.length > 0 && guide.checks.length < LEAST_CHECKS;
  if (guide.result) writeFound();
}

function writeMagnet() {
  const { state } = guide.magnet;
  $("#guide-magnet").dataset.state = state ?? "";
  setText($("#guide-magnet"), state ? `${MAGNETS[state]} ${say(`magnet.${state}`)}` : "");
}

function writeRing() {
  const known = guide.angle_deg !== null;
  const done = Math.round(100 * guide.progress);
  $("#ring-done").setAttribute("stroke-dasharray", `${done} 100`);
  $("#guide-ring").setAttribute("aria-valuenow", done);
  const degrees = known ? guide.angle_deg : guide.turned_deg;
  setText($("#guide-angle"), degrees === null ? "–" : `${figure(degrees, 1)}°`);
  setText($("#guide-angle-word"), say(known ? "guide.angle" : "guide.turned"));
}

function stateWords() {
  const { taking, lacks, progress, step } = guide;
  if (lacks) return `⚠ ${say(`lacks.${lacks}`)}`;
  if (step === "range") return repWords();
  if (taking) return say(step === "stop" && !progress ? "guide.waiting" : "guide.holding");
  return step === "checks" ? say("guide.readings", { n: guide.checks.length }) : "";
}

function repWords() {
  const done = say("guide.reps", { n: guide.reps, of: guide.reps_wanted });
  return guide.rushed ? `${done} · ${say("guide.rushed", { n: guide.rushed })}` : done;
}

function noteWords() {
  if (guide.problem) return `⚠ ${say("failure")} ${guide.problem}`;
  return guide.note ? `⚠ ${words("note", guide.note)}` : "";
}

// A refusal or a note with its figures; in English where this page does not know it.
function words(kind, said) {
  const values = Object.entries(said.values).map(([name, value]) => {
    const digits = name === "gear" ? 2 : 1;
    return [name, figure(value, Number.isInteger(value) ? 0 : digits)];
  });
  return say(`${kind}.${said.name}`, Object.fromEntries(values)) || said.words;
}

function writeTaken() {
  const names = ["check.number", "check.shown", "check.measured", "check.left"];
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, say(name))));
  const rows = guide.checks.map((check) => {
    const left = check.residual_deg === null ? "–" : `${check.residual_deg > 0 ? "+" : ""}${figure(check.residual_deg, 2)}°`;
    const cells = [check.number, `${figure(check.angle_deg, 1)}°`, `${figure(check.measured_deg, 1)}°`, left];
    return element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
  });
  const table = guide.checks.length ? [element("thead", {}, head), element("tbody", {}, ...rows)] : [];
  $("#guide-taken table").replaceChildren(...table);
}

function reading() {
  return Math.round(10 * (entry ?? guide.angle_deg ?? 0)) / 10;
}

function writeEntry() {
  setText($("#guide-entry"), `${figure(reading(), 1)}°`);
}

function writeNudges() {
  [...$("#guide-nudges").children].forEach((button, at) => {
    const by = NUDGES[at];
    const n = figure(Math.abs(by), by % 1 ? 1 : 0);
    setText(button, `${by > 0 ? "+" : "−"}${n}`);
    button.setAttribute("aria-label", say(by > 0 ? "guide.more" : "guide.less", { n }));
  });
}

function writeFound() {
  const { result } = guide;
  const { working_top_deg: top, working_bottom_deg: bottom } = result;
  const gear = figure(result.gear, 3);
  const off = figure(result.eccentricity_deg, 2);
  const found = [
    ["result.sure", `± ${figure(result.sure_deg, 2)}°`],
    ["result.travel", `${figure(result.stop_deg, 1)}°`],
    ["result.working", bottom === null ? say("result.unmeasured") : say("result.from_to", { a: figure(top), b: figure(bottom) })],
    ["result.direction", say(result.direction > 0 ? "result.rising" : "result.falling")],
    ["result.gear", result.gear_fitted ? say("result.gear_fitted", { gear }) : gear],
    ["result.magnet", result.corrected ? say("result.corrected", { deg: off }) : say("result.unmeasured")],
  ];
  $("#guide-found").replaceChildren(
    ...found.map(([name, value]) => element("div", {}, element("dt", {}, say(name)), element("dd", {}, value))),
  );
}
