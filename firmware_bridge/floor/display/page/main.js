// The page: what the station says is kept here and written by the part that it concerns.

import { $, element, setText } from "./dom.js";
import { Station } from "./station.js";
import { LANGUAGES, load, questions, say, speak, spoken } from "./words.js";
import { drawLever, drawZones, hideAngle } from "./lever.js";
import { nameOf, stepped, writePlan, writeSteps } from "./before.js";
import { endWarning, writeLever, writeSet } from "./during.js";
import { writeDay, writeHint, writeRest, writeResult } from "./after.js";
import { readyGuide, showGuide } from "./calibrate.js";
import { writeNotices } from "./notices.js";
import { writeExports } from "./exports.js";
import { soundOn, switchSound } from "./sound.js";

// What is older than this must not look live.
const STALE_MS = 350;
const LOOK_MS = 50;
const PROBLEM_MS = 4000;
// What the header says of the link; of all else that can be lost: link.lost.
const LINKS = { "": "live", station: "station", token: "station", uncalibrated: "uncalibrated" };

let hello = null;
let state = null;
let lever = null;
let leverAt = -Infinity;
let connected = false;
let letIn = true;
let clockOffset = 0; // the station's clock less ours, s
let whole = null; // the set that is shown, as fetched
let wanted = null; // its number, if somebody has chosen one; else the last
let painting = false;

await speak(localStorage.getItem("language") ?? "en");
const station = new Station({
  hello: greet,
  state: follow,
  lever: move,
  event() {}, // the state says it all
  error: tellProblem,
  gone: lose,
});
const ask = (command) => station.ask(command);

async function greet(said) {
  hello = said;
  connected = letIn = true;
  clockOffset = said.clock_s - performance.now() / 1000;
  const chosen = localStorage.getItem("language") ?? said.language;
  if (chosen !== spoken()) await speak(chosen);
  document.body.classList.toggle("look-only", !said.may_change);
  for (const button of document.querySelectorAll("[data-do], [data-step]")) button.disabled = !said.may_change;
  $("#invite").hidden = !said.invites;
  if (said.invites) $("#code").src = "api/code.svg";
  writeWords();
}

function follow(said) {
  if (state?.screen !== said.screen) wanted = null;
  if (state?.guide && !said.guide) leverAt = performance.now(); // it was not told of meanwhile
  state = said;
  showScreen();
  write();
  look();
}

// A set of the history is shown until something else happens.
function showScreen() {
  document.body.dataset.screen = wanted !== null && state.screen !== "during" ? "after" : state.screen;
}

function move(said) {
  lever = said;
  leverAt = performance.now();
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    drawLever(lever.angle_deg);
    writeLever(lever);
    look();
  });
}

function lose(refused) {
  connected = false;
  letIn = !refused;
  if (state) state.guide = null; // until we hear of it again
  showGuide(null);
  look();
}

function write() {
  if (!state || !hello) return;
  drawZones(state.form, state.set.bottom_deg);
  writeSet(state);
  writePlan(state, ask);
  writeHint(state.hint);
  writeHeader();
  writeNotices(state);
  writeSets();
  $("#machine").hidden = !state.calibration.can || hasBegun(state.set);
  showGuide(state.guide, state.link.state === "live" && !state.guide?.silent);
}

function hasBegun(set) {
  return set.reps + set.partials + set.removed.length > 0;
}

function writeWords() {
  writeSteps();
  $("#answers").replaceChildren(
    ...questions().flatMap(({ q, a }) => [element("dt", {}, q), element("dd", {}, a)]),
  );
  for (const button of document.querySelectorAll("#languages button")) {
    button.setAttribute("aria-pressed", String(button.lang === spoken()));
  }
  whole = null;
  write();
}

function writeHeader() {
  const { plan, set, screen } = state;
  const parts = [nameOf(plan.standard)];
  if (plan.load_kg !== null) parts.unshift(load(plan.load_kg));
  if (screen === "during") parts.unshift(say("during.set", { n: set.number }));
  setText($("#plan-line"), parts.join(" · "));
}

// The sets of the day, and the one that is shown.
async function writeSets() {
  const day = state.sets.filter((set) => new Date(timeOf(set.rest_from_s)).toDateString() === new Date().toDateString());
  const number = wanted ?? state.sets.at(-1)?.number ?? null;
  writeDay($("#day"), day, number, clock, show);
  writeDay($("#history-table"), day, number, clock, show);
  writeExports(state.calibration.can, day.length > 0);
  const line = state.sets.find((set) => set.number === number);
  if (!line || (whole && whole.line === JSON.stringify(line))) return;
  whole = { line: JSON.stringify(line) };
  const asked = whole;
  const answer = await fetch(`api/sets/${number}`).catch(() => null);
  if (whole !== asked) return;
  if (answer?.ok) writeResult(await answer.json(), ask);
  else whole = null;
}

function show(number) {
  wanted = number;
  $("#history").close();
  showScreen();
  writeSets();
}

// The buttons below mean the set that is shown.
function press(what) {
  if (what === "again") {
    wanted = null;
    showScreen();
  }
  ask(what === "remove_rep" && wanted !== null ? { do: what, set: wanted } : { do: what });
}

function timeOf(stationSecond) {
  return Date.now() + 1000 * (stationSecond - clockOffset) - performance.now();
}

function clock(stationSecond) {
  return new Date(timeOf(stationSecond)).toLocaleTimeString(spoken(), { hour: "2-digit", minute: "2-digit" });
}

// Is what the page shows true now? If not it is dimmed, and says why.
function look() {
  const lost = whatIsLost();
  if (document.body.dataset.lost !== lost) {
    document.body.dataset.lost = lost;
    if (lost) {
      hideAngle();
      endWarning();
    } else {
      write(); // a warning that still holds is given again
    }
  }
  $("#lost").hidden = !lost;
  setText($("#link"), `${lost ? "" : "● "}${say(`link.${LINKS[lost] ?? "lost"}`)}`);
  if (lost) {
    setText($("#lost-title"), say(`lost.${lost}`));
    setText($("#lost-why"), whyLost(lost));
    setText($("#lost-detail"), detailOf(lost));
    $("#lost-calibrate").hidden = lost !== "uncalibrated";
  }
  const last = state?.sets.at(-1);
  if (last) writeRest(performance.now() / 1000 + clockOffset - last.rest_from_s);
}

function whatIsLost() {
  if (!letIn) return "token";
  if (!connected) return "station";
  // A calibration says itself what it lacks.
  if (state?.guide || performance.now() - leverAt <= STALE_MS) return "";
  if (state?.link.state === "searching") return "searching";
  return state?.link.state === "live" && state.calibration.needed ? "uncalibrated" : "sensor";
}

function whyLost(lost) {
  const trouble = connected && state?.trouble;
  if (trouble) return say(`trouble.${trouble}`) || say("trouble.other");
  return say(`lost.${lost}_why`);
}

// For the technician, in the station's own words.
function detailOf(lost) {
  if (lost === "searching") return state.link.why;
  return lost === "uncalibrated" ? state.calibration.needed : "";
}

let problemTimer = 0;
function tellProblem(text) {
  $("#problem").hidden = false;
  setText($("#problem"), text);
  clearTimeout(problemTimer);
  problemTimer = setTimeout(() => ($("#problem").hidden = true), PROBLEM_MS);
}

for (const [name, title] of Object.entries(LANGUAGES)) {
  const button = element("button", { type: "button", lang: name }, title);
  button.onclick = async () => {
    localStorage.setItem("language", name);
    await speak(name);
    writeWords();
  };
  $("#languages").append(button);
}
$("#sound").checked = soundOn();
$("#sound").onchange = () => switchSound($("#sound").checked);
for (const button of document.querySelectorAll("[data-do]")) {
  button.onclick = () => press(button.dataset.do);
}
for (const button of document.querySelectorAll("[data-step]")) {
  button.onclick = () => {
    const { step, by } = button.dataset;
    const command = stepped(state.plan, step, Number(by), hello.load_step_kg);
    state.plan = { ...state.plan, [step]: command[step] }; // so that quick taps add up
    ask(command);
  };
}
for (const button of document.querySelectorAll("[data-calibrate]")) {
  button.onclick = () => ask({ do: "calibrate", step: button.dataset.calibrate });
}
readyGuide(ask);
for (const button of document.querySelectorAll("[data-open]")) {
  button.onclick = () => {
    button.closest("dialog")?.close();
    $(`#${button.dataset.open}`).showModal();
  };
}
setInterval(look, LOOK_MS);
