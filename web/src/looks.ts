/** How groups of rows look: a colour and a sign for each, so that neither is needed alone. */

import type { App } from "./app";
import { el } from "./element";

/** English name of a group → CSS variable of its colour, sign. Source: Okabe & Ito 2008 for the colours. */
const GROUPS: Record<string, [colour: string, sign: string]> = {
  "outages": ["--vermillion", "✖"],
  "mains and power": ["--orange", "ϟ"],
  "weather and roads": ["--sky", "❄"],
  "transport network": ["--blue", "⇄"],
  "generators": ["--green", "G"],
  "crews": ["--blue", "▶"],
  "jobs": ["--purple", "☑"],
  "desk": ["--ink", "☎"],
  "machine rooms": ["--purple", "▦"],
  "procedures": ["--green", "☰"],
  "injects and messages": ["--vermillion", "!"],
};

/** A group in words; two of them are also units, of which the Chinese is another word. */
export function groupName(app: App, group: string): string {
  return group === "outages" ? app._("outages and radio") : group === "generators" ? app._("generators and fuel") : app._(group);
}

/** The badge of a group. */
export function badge(group: string): HTMLElement {
  const [colour, sign] = GROUPS[group] ?? ["--faint", "•"];
  const made = el("span", "badge", sign);
  made.style.setProperty("--badge", `var(${colour})`);
  made.setAttribute("aria-hidden", "true");
  return made;
}

/** Good and bad states share words with the log; whatever else is neutral. */
const BAD = /(^|_)(out|down|dead|cut|closed|broken|hot|failed|none|dry|over|lost|missed|stuck|blocked|tripped|off)($|_)/;
const WARN = /(^|_)(battery|standby|slow|starting|warm|reduced|held|waits?|alarm)($|_)/;

/** `bad`, `warn` or `good` for a word of a state. */
export function tone(state: string): "bad" | "warn" | "good" {
  const word = state.replaceAll(/[^a-z]+/g, "_");
  return BAD.test(word) ? "bad" : WARN.test(word) ? "warn" : "good";
}

export const TONES = { bad: "✖", warn: "▲", good: "●" } as const;
