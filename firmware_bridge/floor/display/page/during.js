// During the set: the count, the stroke against its target, one cue, and the warning.

import { $, setText } from "./dom.js";
import { figure, say } from "./words.js";
import { warn } from "./sound.js";

const PHASES = ["eccentric", "bottom_hold", "concentric", "top_hold"];
const SIGNS = { eccentric: "▼", bottom_hold: "■", concentric: "▲", top_hold: "■" };
// So long it stays at least: a glance must catch it.
const WARNED_MS = 1200;

let state = null;
let furthest = 0; // of the overshoot under way, or of the last
let wasOver = false;
let warnedAt = -Infinity;
let timer = 0;

export function writeSet(newState) {
  state = newState;
  const { set, plan, screen } = state;
  const text = String(screen === "during" ? set.reps : 0);
  setText($("#count"), text);
  $("#count").dataset.digits = text.length;
  setText($("#count-title"), say("during.reps"));
  setText($("#target"), plan.target_reps === null ? "" : say("during.of", { n: plan.target_reps }));
  setText($("#phase"), set.phase ? `${SIGNS[set.phase]} ${say(`phase.${set.phase}`)}` : "");
  setText($("#breath"), set.phase ? say(`breath.${set.phase}`) : "");
  $("#stroke").dataset.phase = set.phase ?? "";
  if (set.over && !wasOver) furthest = 0;
  else if (!set.over) furthest = set.past_neutral_deg;
  wasOver = set.over;
  writeCue();
  writeTempo();
  watchOver(set.over);
}

export function writeLever(lever) {
  if (!state) return;
  if (state.set.over && -lever.angle_deg > furthest) {
    furthest = -lever.angle_deg;
    setText($("#over-deg"), `${figure(furthest, 1)}°`);
    writeCue();
  }
  writeStroke(lever.t_s);
}

export function endWarning() {
  clearTimeout(timer);
  $("#over").hidden = true;
  delete document.body.dataset.over;
}

function watchOver(over) {
  const warned = document.body.dataset.over !== undefined;
  if (over && !warned) {
    clearTimeout(timer);
    warnedAt = performance.now();
    $("#over").hidden = false;
    document.body.dataset.over = "";
    warn();
  } else if (!over && warned) {
    clearTimeout(timer);
    timer = setTimeout(endWarning, Math.max(0, warnedAt + WARNED_MS - performance.now()));
  }
}

function writeCue() {
  const { cue, partial } = state.set;
  const deg = figure(furthest, 1);
  const text = cue ? say(`cue.${cue.flag}`, { deg }) : partial ? say(`partial.${partial}`) : "";
  setText($("#cue"), text);
  $("#cue").classList.toggle("said", text !== "");
}

function targetOf(phase) {
  const target = state.form.target_tempo;
  return target ? Number(target.split("-")[PHASES.indexOf(phase)]) : null;
}

function writeStroke(t_s) {
  const { phase, phase_since_s } = state.set;
  if (!phase) {
    setText($("#seconds"), "");
    return;
  }
  const lasted = Math.max(0, t_s - phase_since_s);
  const target = targetOf(phase);
  const a = figure(lasted, 1);
  setText($("#seconds"), target === null ? say("seconds", { a }) : say("seconds.of", { a, b: figure(target, 1) }));
  const whole = target ? 1.5 * target : 4;
  $("#tempo-done").style.transform = `scaleX(${Math.min(lasted / whole, 1).toFixed(3)})`;
  $("#tempo-target").hidden = !target;
}

function writeTempo() {
  const { phase, tempo_s } = state.set;
  const parts = PHASES.map((name) => (name in tempo_s && name !== phase ? figure(tempo_s[name], 1) : "·"));
  setText($("#tempo"), parts.join(" – "));
}
