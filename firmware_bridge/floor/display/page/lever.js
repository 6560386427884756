// The lever from the side, as it really stands: working range, neutral, and the zone past it.

import { $, setText } from "./dom.js";
import { figure } from "./words.js";

const HIP = { x: 97, y: 121 };
const INNER = 118;
const OUTER = 140;
const FURTHEST_BACK = 38;
const USUAL_DEPTH = 45;

const torso = $("#torso");
let shown = "";

export function drawZones(form, bottom) {
  const depth = form.max_depth_deg ?? form.target_depth_deg ?? (bottom || USUAL_DEPTH);
  const key = [form.neutral_tolerance_deg, form.min_depth_deg, depth].join();
  if (key === shown) return;
  shown = key;
  $("#zone-past").setAttribute("d", sector(-FURTHEST_BACK, -form.neutral_tolerance_deg));
  $("#zone-work").setAttribute("d", sector(0, depth));
  $("#zone-rest").setAttribute("d", sector(depth, Math.max(depth, 110)));
  const [x1, y1] = at(form.min_depth_deg, INNER - 5);
  const [x2, y2] = at(form.min_depth_deg, OUTER + 5);
  $("#mark-depth").setAttribute("d", `M${x1} ${y1}L${x2} ${y2}`);
}

export function drawLever(angle) {
  torso.setAttribute("transform", `rotate(${angle.toFixed(2)} ${HIP.x} ${HIP.y})`);
  setText($("#angle"), `${figure(angle)}°`);
}

export function hideAngle() {
  setText($("#angle"), "–");
}

function at(angle, radius) {
  const turn = (angle * Math.PI) / 180;
  return [HIP.x + radius * Math.sin(turn), HIP.y - radius * Math.cos(turn)].map((v) => v.toFixed(2));
}

function sector(from, to) {
  const [a, b, c, d] = [at(from, INNER), at(from, OUTER), at(to, OUTER), at(to, INNER)];
  return `M${a}L${b}A${OUTER} ${OUTER} 0 0 1 ${c}L${d}A${INNER} ${INNER} 0 0 0 ${a}Z`;
}
