// The links to the kept sets as files.

import { $ } from "./dom.js";

const DAYS = 30;

// `kept`: the station keeps sets; `today`: there is one of today.
export function writeExports(kept, today) {
  const since = `since=${dayBefore(DAYS)}`;
  const fit = `since=${dayBefore(0)}&until=${dayBefore(0)}`;
  const queries = [`format=csv&rows=sets&${since}`, `format=csv&rows=reps&${since}`, `format=json&${since}`, `format=fit&${fit}`];
  $("#exports").hidden = !kept;
  document.querySelectorAll("#exports a").forEach((link, n) => (link.href = `api/export?${queries[n]}`));
  $("#exports a:last-child").hidden = !today;
}

function dayBefore(days) {
  const day = new Date();
  day.setDate(day.getDate() - days);
  return day.toLocaleDateString("sv"); // Swedes write 2026-01-31
}
