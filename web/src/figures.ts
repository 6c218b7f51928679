/** Figures as of now beside the targets of the plan. */

import type { App } from "./app";
import { after } from "./data";
import { el, fill, fillWith, type Child } from "./element";
import type { Figure } from "./format";
import { sparkline } from "./sparkline";
import { storiesOf } from "./story";
import { lasting, shown } from "./units";

/** What a desk counts by itself; other figures are known only when the drill is over. */
const KNOWN = new Set([
  "site_visits", "generation_visits", "repair_visits", "mains_visits", "generator_runs", "wasted_trips", "vehicles", "vehicle_turnouts",
  "people", "person_turnouts", "equipment_sets", "loaders", "all_terrain", "dispatch_on_time_share", "dispatch_late", "dispatch_never",
  "dispatch_lag_h", "preparation_done_share", "response_level", "report_timeliness_share", "procedure_h", "step_timeliness_share",
  "steps_late", "steps_rejected", "teams", "parties_engaged", "places",
]);

type Verdict = "met" | "missed" | "within" | "beyond" | "none";
const SIGNS: Record<Verdict, string> = { met: "✔", missed: "✘", within: "○", beyond: "▲", none: "" };

/** The value of a figure at a moment, and whether that is the final one. */
export function valueAt(app: App, run: number, figure: Figure, t_ms: number): { value: number | null; final: boolean } {
  const { end_ms } = app.clock, data = app.runs[run];
  const due = figure.at_ms ?? end_ms;
  if (t_ms >= Math.min(due, end_ms)) return { value: figure.final, final: true };
  const at = after(data.figures_t_ms, t_ms) - 1;
  const value = at < 0 ? NaN : data.figureValues(figure)[at];
  return { value: Number.isFinite(value) ? value : null, final: false };
}

function verdict(figure: Figure, value: number | null, final: boolean): Verdict {
  if (figure.bound === null || figure.comparison === null) return "none";
  if (final) return figure.met === null ? "none" : figure.met ? "met" : "missed";
  if (value === null) return "none";
  return (figure.comparison === "at_most" ? value <= figure.bound : value >= figure.bound) ? "within" : "beyond";
}

function verdictWord(app: App, of: Verdict): string {
  const words: Record<Verdict, string> = {
    met: app._("met"), missed: app._("missed"), within: app._("so far kept"), beyond: app._("so far not kept"), none: "",
  };
  return words[of];
}

interface Line {
  element: HTMLElement;
  draw(): void;
}

export function mountFigures(app: App, element: HTMLElement): void {
  let lines: Line[] = [];
  const inside = el("div"), asOf = el("small", "as-of");
  element.classList.add("panel", "figures");
  element.append(inside);
  const build = (): void => {
    const title = el("h2", "", app._("Figures now beside the plan's targets"), " ", asOf);
    const note = app.trainer && el("p", "note", app._("Trainer's mode: only figures that the desk can count are shown."));
    const figures = app.packed.runs[0].figures.filter((figure) => !app.trainer || KNOWN.has(figure.kpi));
    lines = [...(app.trainer ? [knownOut(app)] : []), ...figures.map((figure) => line(app, figure))];
    const targets = lines.filter((one) => one.element.classList.contains("target"));
    const others = lines.filter((one) => !one.element.classList.contains("target"));
    fillWith(inside, title, note, table(app, targets), others.length > 0 && el("h3", "", app._("Other figures")), others.length > 0 && table(app, others));
    tellWhen();
    for (const one of lines) one.draw();
  };
  /** Figures are taken every so often; between two of these moments the last ones hold. */
  const tellWhen = (): void => {
    const moments = app.runs[0].figures_t_ms, at = after(moments, app.clock.now_ms) - 1;
    asOf.textContent = at < 0 || app.clock.now_ms - moments[at] < 1000 ? "" : app._("as of {clock}").replace("{clock}", app.wall(moments[at]));
  };
  let last = -1;
  const draw = (): void => {
    const at = after(app.runs[0].figures_t_ms, app.clock.now_ms) * 2 + Number(app.clock.now_ms >= app.clock.end_ms);
    const due = app.packed.runs[0].figures.filter((one) => one.at_ms !== null && one.at_ms <= app.clock.now_ms).length;
    const known = app.trainer ? app.clock.now_ms : 0;
    if (at * 1000 + due + known * 1e6 === last) return;
    last = at * 1000 + due + known * 1e6;
    tellWhen();
    for (const one of lines) one.draw();
  };
  app.on("t", draw, 120);
  app.on("language", build);
  app.on("trainer", build);
  build();
}

function table(app: App, lines: Line[]): HTMLElement | null {
  if (!lines.length) return null;
  const two = app.runs.length > 1, bounded = lines.some((one) => one.element.classList.contains("target"));
  const heads = [app._("figure"), ...(two ? [app._("A now"), app._("B now"), app._("B − A")] : [app._("now")]), bounded ? app._("target, margin") : "", ""];
  const made = el("table", "kpis", el("thead", "", el("tr", "", ...heads.map((head) => el("th", "", head)))));
  made.append(el("tbody", "", ...lines.map((one) => one.element)));
  return made;
}

/** The same figure of the other run. */
function twin(app: App, figure: Figure): Figure | undefined {
  return app.packed.runs[1]?.figures.find((one) => one.kpi === figure.kpi && one.of === figure.of && one.id === figure.id && one.at_ms === figure.at_ms);
}

function bound(app: App, figure: Figure, unit: string): Child {
  if (figure.bound === null || figure.comparison === null) return "";
  const text = `${figure.comparison === "at_most" ? "≤" : "≥"}\u00a0${shown(app, figure.bound, unit)}`;
  if (figure.at_ms === null) return text;
  return el("span", "", text, el("small", "", ` ${fill(app._("by {time}"), { time: app.wall(figure.at_ms) })}`));
}

/** How far a value lies on the right side of the bound; negative: on the wrong one. */
function margin(app: App, figure: Figure, value: number | null, unit: string): string {
  if (figure.bound === null || value === null) return "";
  const by = figure.comparison === "at_most" ? figure.bound - value : value - figure.bound;
  const text = shown(app, by, unit === "level" ? "" : unit);
  return by > 0 ? `+${text}` : text;
}

/** What a figure is of, as the plan says it (`class A`, `service view`), with the words that are known. */
function ofWords(app: App, of: string): string {
  return of.split(" ").map((part) => storiesOf(app)[0].text(storiesOf(app)[0].code(part)) || storiesOf(app)[0].word(part)).map((part) => app._(part)).join(" ");
}

function line(app: App, figure: Figure): Line {
  const other = twin(app, figure), two = app.runs.length > 1;
  const now = el("td", "number now"), second = el("td", "number now"), difference = el("td", "number"), apart = el("span", "margin"), state = el("span", "verdict");
  const chart = sparkline(app, figure, other);
  const unit = two && figure.unit !== "share" ? shown(app, 0, figure.unit).replace(/^0\s*/, "") : "", alone = two && unit !== "" ? "" : figure.unit;
  const name = el("td", "what", figure.id && el("b", "id", figure.id), app.name(figure.say) || figure.kpi, unit && el("small", "", ` ${unit}`), figure.of && el("small", "", ` ${ofWords(app, figure.of)}`), state, two && chart);
  name.title = `${figure.kpi}${figure.of ? `, ${figure.of}` : ""}`;
  const element = el("tr", figure.bound !== null ? "target" : "", name, now, ...(two ? [second, difference] : []), el("td", "number", bound(app, figure, alone), apart), el("td", "", !two && chart));
  element.dataset.kpi = figure.kpi;
  element.dataset.of = figure.of;
  element.dataset.id = figure.id;
  const draw = (): void => {
    const t_ms = app.clock.now_ms, mine = valueAt(app, 0, figure, t_ms);
    fillWith(now, el("span", "of-now", shown(app, mine.value, alone)), mine.final && t_ms >= app.clock.end_ms && figure.at_ms === null && el("small", "", ` ${app._("at the end")}`));
    now.dataset.value = String(mine.value ?? "");
    let words = verdictWord(app, verdict(figure, mine.value, mine.final));
    if (two) {
      const theirs = other ? valueAt(app, 1, other, t_ms) : { value: null, final: false };
      second.textContent = shown(app, theirs.value, alone);
      second.dataset.value = String(theirs.value ?? "");
      const by = mine.value !== null && theirs.value !== null ? theirs.value - mine.value : null;
      difference.textContent = by === null ? "" : `${by > 0 ? "+" : ""}${shown(app, by, alone === "level" ? "" : alone)}`;
      const its = other ? verdict(other, theirs.value, theirs.final) : "none";
      words = [verdictWord(app, verdict(figure, mine.value, mine.final)), verdictWord(app, its)].filter(Boolean).join(" / ");
    }
    const of = verdict(figure, mine.value, mine.final);
    apart.textContent = margin(app, figure, mine.value, alone);
    element.classList.remove("met", "missed", "within", "beyond", "none");
    element.classList.add(of);
    const sign = el("span", "sign", SIGNS[of]);
    const waits = figure.at_ms !== null && figure.at_ms > t_ms ? fill(app._("in {time}"), { time: lasting(app, figure.at_ms - t_ms) }) : "";
    fillWith(state, sign, el("span", "word", words), waits && el("small", "", ` ${waits}`));
    chart.dispatchEvent(new Event("now"));
  };
  return { element, draw };
}

/** What the desk knows out, for trainer's mode. */
function knownOut(app: App): Line {
  const now = el("td", "number"), second = el("td", "number"), difference = el("td", "number"), two = app.runs.length > 1;
  const element = el("tr", "known", el("td", "what", app._("stations the desk knows out")), now, ...(two ? [second, difference] : []), el("td"), el("td"));
  element.dataset.kpi = "known_out";
  const draw = (): void => {
    const values = storiesOf(app).map(({ data }) => {
      const { t_ms, known } = data.packed.curve, at = after(data.column(t_ms), app.clock.now_ms) - 1;
      return at < 0 ? 0 : data.column(known)[at];
    });
    now.textContent = shown(app, values[0], "");
    if (two) {
      second.textContent = shown(app, values[1], "");
      difference.textContent = shown(app, values[1] - values[0], "");
    }
  };
  return { element, draw };
}
