// What the page says, in the language of this screen.

export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español" };
let words = {};
let language = "";

export function spoken() {
  return language;
}

export async function speak(name) {
  const answer = await fetch(`words/${name}.json`);
  words = await answer.json();
  language = name;
  document.documentElement.lang = name;
  for (const node of document.querySelectorAll("[data-words]")) node.textContent = say(node.dataset.words);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of document.querySelectorAll("[data-alt]")) node.alt = say(node.dataset.alt);
}

export function say(key, parts = {}) {
  const text = words[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? "");
}

export function questions() {
  return words.questions;
}

// A number with so many digits after the decimal sign; what is unknown is a question mark.
export function figure(value, digits = 0) {
  if (value === null || value === undefined) return "?";
  const text = Math.abs(value) < 0.5 * 10 ** -digits ? (0).toFixed(digits) : value.toFixed(digits);
  return text.replace("-", "−").replace(".", words.decimal ?? ".");
}

export function tempo(seconds) {
  return seconds.map((s) => figure(s, 1)).join(" – ");
}

export function load(kg) {
  if (kg === null) return say("plan.unset");
  const digits = [0, 1, 2].find((n) => kg.toFixed(n) - kg.toFixed(2) === 0);
  return `${figure(kg, digits)} kg`;
}
