// After the set: what it was like and why, the rest clock, the sets of the day, one hint.

import { $, element, setText } from "./dom.js";
import { drawBars, drawTempo, drawTrace } from "./charts.js";
import { figure, load, say, tempo } from "./words.js";

const PHASES = ["eccentric_s", "bottom_hold_s", "concentric_s", "top_hold_s"];
const TITLED = ["restarted", "interrupted"]; // ends of a set that are no ordinary ones

// A line of state.sets has just been fetched as a whole: write it.
export function writeResult(set, ask) {
  const { report } = set;
  const kind = set.discomfort ? "_discomfort" : TITLED.includes(set.ended_by) ? `_${set.ended_by}` : "";
  const suspect = set.suspect ? ` · ⚠ ${say("set.suspect")}` : "";
  setText($("#after-title"), say(`after.title${kind}`, { n: set.number }) + suspect);
  const count = $("#after-count");
  const word = say(report.rep_count === 1 ? "after.rep" : "after.reps_n");
  count.replaceChildren(element("strong", {}, String(report.rep_count)), ` ${word}`);
  writeFigures(report);
  writeScore(report);
  drawTrace($("#trace"), set);
  drawBars($("#bars"), set);
  $("#trace").setAttribute("aria-label", say("after.trace"));
  $("#bars").setAttribute("aria-label", say("after.bars"));
  writeReps(set, ask);
}

export function writeRest(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const text = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  setText($("#rest"), text);
}

export function writeHint(name) {
  setText($("#hint"), name ? say(`hint.${name}`) : "");
}

// `clock` tells the time of day of a second of the station's clock.
export function writeDay(table, sets, shown, clock, show) {
  const rows = sets.toReversed().map((set) => dayRow(set, shown, clock, show));
  const names = ["column.set", "column.time", "column.load", "column.reps", "column.range", "column.form"];
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, say(name))));
  table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
}

function dayRow(set, shown, clock, show) {
  const button = element("button", { type: "button", "aria-label": say("set.show", { n: set.number }) }, String(set.number));
  button.setAttribute("aria-pressed", String(set.number === shown));
  button.onclick = () => show(set.number);
  const cells = [
    clock(set.rest_from_s),
    load(set.load_kg),
    String(set.rep_count) + (set.target_reps ? `/${set.target_reps}` : ""),
    `${figure(set.mean_range_deg)}°${set.suspect ? " ⚠" : ""}`,
    mark(set) || figure(set.form_score),
  ];
  const kind = set.ended_by === "restarted" ? { class: "struck" } : {};
  return element("tr", kind, element("td", {}, button), ...cells.map((cell) => element("td", {}, cell)));
}

function mark(set) {
  if (set.discomfort) return say("set.discomfort");
  return set.ended_by === "interrupted" ? say("set.interrupted") : "";
}

function writeFigures(report) {
  const figures = [
    ["figure.range", `${figure(report.mean_range_deg)}°`],
    ["figure.tempo", tempo(report.mean_tempo_s)],
    ["figure.overshoots", String(report.overshoot_count)],
    ["figure.loss", report.concentric_speed_loss_pct === null ? "–" : `${figure(report.concentric_speed_loss_pct)} %`],
    ["figure.partials", String(report.partial_count)],
  ];
  $("#figures").replaceChildren(
    ...figures.map(([name, value]) => element("div", {}, element("dt", {}, say(name)), element("dd", {}, value))),
  );
}

function writeScore(report) {
  setText($("#score"), say("score", { n: figure(report.form_score) }));
  const lines = report.deductions.map(({ points, reason, reps }) => {
    const list = ranges(reps);
    const words = say(reps.length === 1 ? "score.reps" : "score.reps_n", { list });
    return say("score.off", { points, what: say(`flag.${reason}`), reps: words });
  });
  if (!lines.length && report.rep_count) lines.push(say("score.clean"));
  $("#deductions").replaceChildren(...lines.map((line) => element("li", {}, line)));
}

// 1, 2, 3, 5 as "1–3, 5".
function ranges(numbers) {
  const runs = [];
  for (const number of numbers) {
    if (runs.length && runs.at(-1)[1] === number - 1) runs.at(-1)[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(", ");
}

function writeReps(set, ask) {
  const names = ["column.rep", "column.range", "column.tempo", "column.notes"];
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, say(name))), element("td"));
  const rows = set.report.reps.map((rep) => repRow(set, rep, ask));
  $("#reps").replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
}

function tempoCell(seconds) {
  const cell = element("span", {}, tempo(seconds));
  cell.append(drawTempo(seconds));
  return cell;
}

function repRow(set, rep, ask) {
  const removed = rep.reason === "removed";
  const notes = rep.flags.map((name) => say(`flag.${name}`));
  if (rep.reason) notes.unshift(say(`reason.${rep.reason}`));
  const cells = [
    rep.number === null ? "×" : String(rep.number),
    `${figure(rep.range_deg)}°`,
    tempoCell(PHASES.map((phase) => rep[phase])),
    notes.join(", "),
  ];
  const row = element("tr", removed ? { class: "struck" } : {}, ...cells.map((cell) => element("td", {}, cell)));
  row.children[2].className = "tempo-cell";
  const last = element("td");
  if (rep.number !== null) {
    const label = say(removed ? "rep.restore" : "rep.remove", { n: rep.number });
    const button = element("button", { type: "button", "aria-label": label }, removed ? "↺" : "⌫");
    button.onclick = () => ask({ do: "remove_rep", set: set.number, rep: rep.number, removed: !removed });
    last.append(button);
  }
  row.append(last);
  return row;
}
