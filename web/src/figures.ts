/** Figures as of now beside the targets of the plan. */

import type { App } from "./app";
import { after, type RunData } from "./data";
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
  const exact = countAt(data, figure, t_ms);
  if (exact !== null) return { value: exact, final: false };
  const at = after(data.figures_t_ms, t_ms) - 1;
  const value = at < 0 ? NaN : data.figureValues(figure)[at];
  return { value: Number.isFinite(value) ? value : null, final: false };
}

/** The counts of the outage curve, exact at any moment; null for other figures. */
function countAt(data: RunData, figure: Figure, t_ms: number): number | null {
  if (figure.of !== "" || !["stations_out", "stations_out_cumulative", "sites_without_mains"].includes(figure.kpi)) return null;
  const { t_ms: times, out, ever, without_mains } = data.curve, at = after(times, t_ms) - 1;
  if (at < 0) return 0;
  if (figure.kpi === "stations_out") return out.reduce((sum, one) => sum + one[at], 0);
  return figure.kpi === "stations_out_cumulative" ? ever[at] : without_mains[at];
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

/** A verdict by sign and word. */
function verdictNodes(app: App, of: Verdict): Child[] {
  return [el("span", `sign ${of}`, SIGNS[of]), el("span", "word", verdictWord(app, of))];
}

interface Line {
  element: HTMLElement;
  draw(): void;
}

export function mountFigures(app: App, element: HTMLElement): void {
  let lines: Line[] = [];
  const sampled = el("small", "sampled");
  const tellSample = (): void => {
    const { figures_t_ms } = app.runs[0], at = after(figures_t_ms, app.clock.now_ms) - 1;
    const time = app.wall(at < 0 ? 0 : figures_t_ms[at]), old = app.clock.now_ms < app.clock.end_ms;
    sampled.textContent = old ? fill(app._("Counts of outages as of now, other figures as of {time}."), { time }) : app._("Final figures, as in the scorecard.");
  };
  const inside = el("div");
  element.classList.add("panel", "figures");
  element.append(inside);
  const build = (): void => {
    const title = el("h2", "", app._("Figures now beside the plan's targets"));
    const note = !app.trainer ? sampled : el("p", "note", app._("Trainer's mode: only figures that the desk can count are shown."), " ", sampled);
    const figures = app.packed.runs[0].figures.filter((figure) => !app.trainer || KNOWN.has(figure.kpi));
    lines = [...(app.trainer && app.runs[0].count("station") > 0 ? [knownOut(app)] : []), ...figures.map((figure) => line(app, figure))];
    const targets = lines.filter((one) => one.element.classList.contains("target"));
    const others = lines.filter((one) => !one.element.classList.contains("target"));
    fillWith(inside, title, note, table(app, targets), others.length > 0 && el("h3", "", app._("Other figures")), others.length > 0 && table(app, others));
    for (const one of lines) one.draw();
    tellSample();
  };
  let last = "";
  const draw = (): void => {
    const at = after(app.runs[0].figures_t_ms, app.clock.now_ms) * 2 + Number(app.clock.now_ms >= app.clock.end_ms);
    const due = app.packed.runs[0].figures.filter((one) => one.at_ms !== null && one.at_ms <= app.clock.now_ms).length;
    const changes = app.runs.map((run) => after(run.curve.t_ms, app.clock.now_ms)).join(), key = `${at} ${due} ${changes}`;
    if (key === last) return;
    last = key;
    tellSample();
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
  const heads = [app._("figure"), ...(two ? [app._("A now"), app._("B now"), app._("B − A")] : [app._("now")]), bounded ? app._("target, margin") : "", ];
  const made = el("table", two ? "kpis two" : "kpis", el("thead", "", el("tr", "", ...heads.map((head, at) => el("th", two && at > 0 && at < 4 ? "side" : "", head)), !two && el("th", "curve"))));
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
  const [story] = storiesOf(app), words: Record<string, string> = { list: app._("list"), class: app._("class"), service: app._("service"), county: app._("county"), row: app._("row of racks"), procedure: app._("procedure") };
  return of.split(" ").map((part) => (Object.hasOwn(words, part) ? words[part] : story.text(story.code(part)) || story.word(part))).join(" ");
}

function line(app: App, figure: Figure): Line {
  const other = twin(app, figure), two = app.runs.length > 1;
  const now = el("td", "number now"), second = el("td", "number now"), difference = el("td", "number"), apart = el("span", "margin"), state = el("span", "verdict");
  const chart = sparkline(app, figure, other);
  const unit = two && figure.unit !== "share" ? shown(app, 0, figure.unit).replace(/^0\s*/, "") : "", said = app.name(figure.say) || figure.kpi, alone = two && unit !== "" ? "" : figure.unit, limit = /^(share|h|level|c|mm|cm|ms|km)$/.test(figure.unit) ? alone : "";
  const name = el("td", "what", figure.id && el("b", "id", figure.id), said, unit && !said.toLowerCase().endsWith(unit.toLowerCase()) && el("small", "", ` ${unit}`), figure.of && el("small", "", ` ${ofWords(app, figure.of)}`), state, two && chart);
  name.title = `${figure.kpi}${figure.of ? `, ${figure.of}` : ""}`;
  const element = el("tr", figure.bound !== null ? "target" : "", name, now, ...(two ? [second, difference] : []), el("td", "number", bound(app, figure, limit), apart), !two && el("td", "curve", chart));
  element.dataset.kpi = figure.kpi;
  element.dataset.of = figure.of;
  element.dataset.id = figure.id;
  const draw = (): void => {
    const t_ms = app.clock.now_ms, mine = valueAt(app, 0, figure, t_ms);
    const ended = !two && mine.final && t_ms >= app.clock.end_ms && figure.at_ms === null;
    fillWith(now, el("span", "of-now", shown(app, mine.value, alone)), ended && el("small", "", ` ${app._("at the end")}`));
    now.dataset.value = String(mine.value ?? "");
    const of = verdict(figure, mine.value, mine.final);
    let its = of, apartB = "";
    if (two) {
      const theirs = other ? valueAt(app, 1, other, t_ms) : { value: null, final: false };
      second.textContent = shown(app, theirs.value, alone);
      second.dataset.value = String(theirs.value ?? "");
      const by = mine.value !== null && theirs.value !== null ? theirs.value - mine.value : null;
      difference.textContent = by === null ? "" : `${by > 0 ? "+" : ""}${shown(app, by, alone === "level" ? "" : alone)}`;
      its = other ? verdict(other, theirs.value, theirs.final) : "none";
      apartB = other ? margin(app, other, theirs.value, limit) : "";
    }
    const apartA = margin(app, figure, mine.value, limit);
    fillWith(apart, ...(two && apartB !== apartA ? [`A\u00a0${apartA || "–"}`, el("br"), `B\u00a0${apartB || "–"}`] : [apartA]));
    element.classList.remove("met", "missed", "within", "beyond", "none");
    element.classList.add(of);
    const either = (one: Verdict): Child[] => (one === "none" ? [el("span", "word", ` ${app._("undefined")}`)] : verdictNodes(app, one));
    const waits = figure.at_ms !== null && figure.at_ms > t_ms ? fill(app._("in {time}"), { time: lasting(app, figure.at_ms - t_ms) }) : "";
    fillWith(state, ...(its === of ? verdictNodes(app, of) : ["A", ...either(of), " · B", ...either(its)]), waits && el("small", "", ` ${waits}`));
    chart.dispatchEvent(new Event("now"));
  };
  return { element, draw };
}

/** What the desk knows out, for trainer's mode. */
function knownOut(app: App): Line {
  const now = el("td", "number"), second = el("td", "number"), difference = el("td", "number"), two = app.runs.length > 1;
  const element = el("tr", "known", el("td", "what", app._("stations the desk knows out")), now, ...(two ? [second, difference] : []), el("td"), !two && el("td", "curve"));
  element.dataset.kpi = "known_out";
  const draw = (): void => {
    const values = storiesOf(app).map(({ data }) => {
      const at = after(data.curve.t_ms, app.clock.now_ms) - 1;
      return at < 0 ? 0 : data.curve.known[at];
    });
    now.textContent = shown(app, values[0], "");
    if (two) {
      second.textContent = shown(app, values[1], "");
      difference.textContent = shown(app, values[1] - values[0], "");
    }
  };
  return { element, draw };
}
