// The trace of a set with its reps, and a bar a rep. The top is drawn at the top.

import { drawn } from "./dom.js";
import { figure } from "./words.js";

const WIDTH = 800;

export function drawTrace(svg, set) {
  const height = 260;
  const { t_s: times, angle_deg: angles } = set.trace;
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
  svg.setAttribute("role", "img");
  svg.replaceChildren();
  if (times.length < 2) return;
  const begin = times[0];
  const end = Math.max(times.at(-1), begin + 1);
  const low = Math.min(-10, ...angles);
  const high = Math.max(30, ...angles);
  const x = (t) => 44 + ((t - begin) / (end - begin)) * (WIDTH - 52);
  const y = (angle) => 30 + ((angle - low) / (high - low)) * (height - 44);
  const past = y(-set.form.neutral_tolerance_deg);
  svg.append(
    drawn("rect", { class: "past", x: 44, y: y(low), width: WIDTH - 52, height: past - y(low) }),
    drawn("path", { class: "neutral", d: `M44 ${y(0)}H${WIDTH - 8}` }),
    drawn("text", { x: 38, y: y(0) + 7, "text-anchor": "end" }, "0°"),
    drawn("text", { x: 38, y: y(high) + 2, "text-anchor": "end" }, `${figure(high)}°`),
  );
  let path = "";
  times.forEach((t, n) => {
    const gap = n && t - times[n - 1] > 0.5;
    path += `${n && !gap ? "L" : "M"}${x(t).toFixed(1)} ${y(angles[n]).toFixed(1)}`;
  });
  svg.append(drawn("path", { class: "way", d: path }));
  for (const rep of set.report.reps) {
    if (rep.start_s === null || rep.end_s === null) continue;
    const label = rep.number === null ? "×" : String(rep.number);
    const kind = rep.counted ? (rep.flags.length ? "rep flagged" : "rep") : "rep not";
    const middle = x((rep.start_s + rep.end_s) / 2);
    const text = drawn("text", { class: kind, x: middle, y: 20, "text-anchor": "middle" }, label);
    svg.append(text);
  }
}

export function drawBars(svg, set) {
  const height = 150;
  const reps = set.report.reps.filter((rep) => rep.number !== null);
  const most = Math.max(30, ...reps.map((rep) => rep.range_deg ?? 0));
  const room = (WIDTH - 8) / Math.max(reps.length, 6);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
  svg.setAttribute("role", "img");
  svg.replaceChildren();
  reps.forEach((rep, n) => {
    const left = 4 + n * room;
    const wide = Math.min(room - 6, 60);
    const long = ((rep.range_deg ?? 0) / most) * (height - 62);
    const kind = rep.counted ? (rep.flags.length ? "bar flagged" : "bar") : "bar not";
    const middle = left + wide / 2;
    svg.append(
      drawn("rect", { class: kind, x: left, y: 28, width: wide, height: long.toFixed(1), rx: 3 }),
      drawn("text", { x: middle, y: 20, "text-anchor": "middle" }, String(rep.number)),
      drawn("text", { x: middle, y: 28 + long + 22, "text-anchor": "middle" }, `${figure(rep.range_deg)}°`),
    );
  });
}

// How long each phase of a rep lasted, in a row: down, bottom, up, top; at most so many seconds.
export function drawTempo(seconds) {
  const most = 8;
  const svg = drawn("svg", { class: "tempo-chart", viewBox: "0 0 160 10", "aria-hidden": "true" });
  let from = 0;
  seconds.forEach((lasted, n) => {
    const wide = (Math.min(lasted ?? 0, most - from) / most) * 160;
    svg.append(drawn("rect", { class: `phase-${n}`, x: (from / most) * 160, y: 0, width: Math.max(0, wide), height: 10 }));
    from += Math.min(lasted ?? 0, most - from);
  });
  return svg;
}
