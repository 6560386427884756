// Before the set: how to sit, and what the set is to be.

import { $, element, setText } from "./dom.js";
import { figure, load, say } from "./words.js";

const STEPS = ["hips", "pad", "feet", "tall", "arms"];
const TEMPOS = [null, "2-1-2-1", "3-1-2-1", "4-1-2-1"];
const FIRST = { load_kg: 20, target_reps: 10 };
const MOST = { load_kg: 500, target_reps: 100 };
const LEAST = { load_kg: 0, target_reps: 1 };

// Once for each language.
export function writeSteps() {
  $("#steps").replaceChildren(
    ...STEPS.map((name) =>
      element(
        "li",
        {},
        element("img", { src: `setup/${name}.svg`, alt: "", width: 240, height: 200 }),
        element("h3", {}, say(`setup.${name}.title`)),
        element("p", {}, say(`setup.${name}.text`)),
      ),
    ),
  );
}

export function writePlan({ plan, standards }, ask) {
  for (const node of document.querySelectorAll("[data-plan=load_kg]")) setText(node, load(plan.load_kg));
  setText($("[data-plan=target_reps]"), plan.target_reps === null ? say("plan.unset") : String(plan.target_reps));
  choices($("#standards"), standards, plan.standard, nameOf, (standard) => ask({ do: "plan", standard }));
  const tempos = TEMPOS.includes(plan.target_tempo) ? TEMPOS : [...TEMPOS, plan.target_tempo];
  choices($("#tempos"), tempos, plan.target_tempo, tempoName, (tempo) => ask({ do: "plan", target_tempo: tempo }));
}

export function nameOf(standard) {
  return say(`standard.${standard}`) || standard;
}

// One tap on − or +.
export function stepped(plan, field, by, loadStep) {
  const step = field === "load_kg" ? loadStep : 1;
  const now = plan[field];
  const next = now === null ? FIRST[field] : now + by * step;
  return { do: "plan", [field]: Math.min(Math.max(next, LEAST[field]), MOST[field]) };
}

function tempoName(tempo) {
  return tempo ? tempo.replaceAll("-", " – ").replaceAll(".", figure(0.5, 1)[1]) : say("plan.free");
}

function choices(box, values, chosen, label, choose) {
  const wanted = values.map(label);
  let buttons = [...box.querySelectorAll("button")];
  if (buttons.map((b) => b.textContent).join("|") !== wanted.join("|")) {
    buttons.forEach((button) => button.remove());
    buttons = values.map((value, n) => {
      const button = element("button", { type: "button" }, wanted[n]);
      button.onclick = () => choose(value);
      return button;
    });
    box.append(...buttons);
  }
  buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(values[n] === chosen)));
}
