/** The address of a moment: `#t=35.25h&subject=ID`, kept up to date and followed. */

import type { App } from "./app";
import type { Page } from "./page";

const HOUR_MS = 3_600_000;
const EVERY_MS = 1000;

/** Follows the address now and whenever it changes, and writes it as the page moves. */
export function keepLink(page: Page): void {
  let timer = 0, seen = location.hash;
  const heed = (): void => {
    if (location.hash === seen) return;
    seen = location.hash;
    follow(page, seen);
  };
  const write = (): void => {
    heed(); // an address given just now, of which the browser has not told yet
    timer = 0;
    try {
      history.replaceState(null, "", addressOf(page));
    } catch {
      // Some browsers refuse it for files; the page does without.
    }
    seen = location.hash;
  };
  const soon = (): void => {
    timer ||= window.setTimeout(write, EVERY_MS / 2);
  };
  follow(page, location.hash);
  window.addEventListener("hashchange", heed);
  for (const news of ["t", "chosen", "language", "trainer", "playing"] as const) page.on(news, soon);
}

/** The address of where the page stands. */
export function addressOf(page: App): string {
  const { clock, chosen } = page, parts = [`t=${Number((clock.now_ms / HOUR_MS).toFixed(clock.playing ? 3 : 7))}h`];
  if (chosen && chosen.name >= 0) parts.push(`subject=${encodeURIComponent(page.runs[chosen.run].nameOf(chosen.name))}`);
  if (chosen && chosen.row >= 0) parts.push(`row=${chosen.row}`);
  if (chosen && chosen.run > 0) parts.push(`run=${chosen.run + 1}`);
  if (page.language !== page.packed.lang) parts.push(`lang=${page.language}`);
  if (page.trainer) parts.push("trainer=1");
  return `#${parts.join("&")}`;
}

/** Goes where an address says; what it does not say or says wrongly stays as it is. */
export function follow(page: Page, hash: string): void {
  const told = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
  const lang = told.get("lang"), t = told.get("t");
  if (lang === "en" || lang === "zh") page.setLanguage(lang);
  if (told.has("trainer")) page.setTrainer(told.get("trainer") === "1");
  const run = Math.min(Math.max((Number(told.get("run")) || 1) - 1, 0), page.runs.length - 1), data = page.runs[run];
  const name = data.codeOf(told.get("subject") ?? "");
  const row = Number(told.get("row") ?? NaN), known = Number.isInteger(row) && row >= 0 && row < data.t_ms.length;
  if (told.get("subject") && name >= 0) page.choose({ run, name, row: known ? row : -1 });
  else if (known) page.choose({ run, name: data.subject[row], row });
  const moment = t === null ? null : page.moment(t);
  if (moment !== null) page.clock.goTo(moment);
  else if (known) page.clock.goTo(data.t_ms[row]);
}
