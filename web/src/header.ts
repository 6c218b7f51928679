/** The head of the page: what is replayed, language, trainer's mode, help. */

import type { App } from "./app";
import { button, el, fill, fillWith, named } from "./element";
import { openHelp } from "./help";
import type { PackedRun } from "./format";

export function mountHeader(app: App, element: HTMLElement): void {
  const draw = (): void => {
    const focus = element.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.key : undefined;
    const names = app.runs.map((_run, index) => runName(app, app.packed.runs[index], app.runs.length > 1 ? "AB"[index] : ""));
    fillWith(element, el("div", "runs", ...names), el("div", "switches", trainer(app), languages(app), help(app)));
    document.documentElement.lang = app.language === "zh" ? "zh-CN" : "en";
    document.title = `${titleOf(app, app.packed.runs[0])} – ${app._("drill replay")}`;
    if (focus) element.querySelector<HTMLElement>(`[data-key="${focus}"]`)?.focus();
  };
  element.classList.add("head");
  app.on("language", draw);
  app.on("trainer", draw);
  draw();
}

function titleOf(app: App, run: PackedRun): string {
  return app.name(run.about.title) || run.about.scenario;
}

function runName(app: App, run: PackedRun, letter: string): HTMLElement {
  const { about } = run;
  const title = el("h1", "", letter && el("span", `letter letter-${letter}`, letter), named(titleOf(app, run), titleOf(app, run)));
  const facts = fill(app._("seed {seed} · policy {policy}"), { seed: about.seed, policy: app.name(about.policy_name) });
  const start = about.start.slice(0, 16).replace("T", " ");
  const more = fill(app._("begins {start} · {hours} h · {rows} events · log {digest}"), {
    start, hours: Math.round(about.horizon_ms / 360_000) / 10, rows: about.rows, digest: about.log_digest.slice(0, 12),
  });
  const made = el("div", "run-name", title, el("p", "facts", named(about.scenario), " · ", facts));
  made.title = more;
  return made;
}

function languages(app: App): HTMLElement {
  const one = (language: "en" | "zh", label: string): HTMLButtonElement => {
    const made = button("language", label, () => app.setLanguage(language));
    made.lang = language === "zh" ? "zh-CN" : "en";
    made.dataset.key = language;
    made.setAttribute("aria-pressed", String(app.language === language));
    return made;
  };
  const made = el("span", "switch", one("en", "English"), one("zh", "中文"));
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", app._("language"));
  return made;
}

function trainer(app: App): HTMLElement {
  const made = button("trainer", app.trainer ? app._("Trainer's mode: on") : app._("Trainer's mode"), () => app.setTrainer(!app.trainer));
  made.title = app._("Shows only what the desk knew, and stops at the questions");
  made.setAttribute("aria-pressed", String(app.trainer));
  made.dataset.key = "trainer";
  return made;
}

function help(app: App): HTMLElement {
  const made = button("help", "?", () => openHelp(app));
  made.title = app._("Keys and signs");
  made.setAttribute("aria-label", app._("Help"));
  made.dataset.key = "help";
  return made;
}
