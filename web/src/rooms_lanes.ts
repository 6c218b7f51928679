/** Procedures by team: a lane a team, a bar a step, its deadline, and the present moment. */

import type { App } from "./app";
import { el, fillWith } from "./element";
import type { Rooms } from "./format";
import type { Part } from "./rooms_part";
import type { Story } from "./story";
import { label, svg } from "./svg";

type Step = Rooms["steps"][number];
const NAMES = 108, WIDE = 960, BAR = 9, SLOT = 26, PAD = 6, AXIS = 20;
const RUNS = ["var(--blue)", "var(--orange)", "var(--green)", "var(--purple)", "var(--sky)", "#6b7280"];

/** Steps with the lane and the line within it that they are drawn on. */
function packed(steps: Step[], x: (t: number) => number, name: (step: Step) => string, end_ms: number): { lanes: { team: string; slots: number }[]; placed: { step: Step; lane: number; slot: number }[] } {
  const lanes: { team: string; slots: number; free: number[] }[] = [], placed = [];
  for (const step of steps) {
    for (const team of step.who.length ? step.who : [""]) {
      let lane = lanes.findIndex((one) => one.team === team);
      if (lane < 0) lane = lanes.push({ team, slots: 0, free: [] }) - 1;
      const { free } = lanes[lane], begin = x(step.start_ms);
      let slot = free.findIndex((until) => until <= begin);
      if (slot < 0) slot = free.length;
      const long = [...name(step)].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e7f ? 11 : 6.2), 6);
      free[slot] = Math.max(x(step.end_ms ?? end_ms) + 3, begin + long);
      lanes[lane].slots = free.length;
      placed.push({ step, lane, slot });
    }
  }
  return { lanes, placed };
}

export function mountLanes(app: App, story: Story): Part {
  const element = el("div", "lanes"), all = story.packed.rooms?.steps ?? [];
  if (!all.length) return { element, draw: () => undefined };
  let shown = -1, drawing: Part | null = null;
  return {
    element,
    draw(t_ms): void {
      const steps = app.trainer ? all.filter((step) => step.start_ms <= t_ms) : all;
      if (steps.length !== shown) {
        shown = steps.length;
        drawing = steps.length ? lanesOf(app, story, steps) : null;
        fillWith(element, el("h3", "", app._("Procedures by team")), drawing ? drawing.element : el("p", "note", app._("No procedure has begun so far.")));
      }
      drawing?.draw(t_ms);
    },
  };
}

/** From when to when the drawing goes: to the last step or deadline; in trainer's mode over the whole drill, which gives nothing away. */
function spanOf(app: App, steps: Step[]): [first: number, last: number] {
  const { end_ms } = app.clock;
  if (app.trainer) return [0, end_ms];
  const last = Math.min(Math.max(...steps.map((step) => Math.max(step.end_ms ?? end_ms, Math.min(step.by_ms ?? 0, end_ms)))) * 1.08, end_ms);
  return [Math.max(Math.min(...steps.map((step) => step.start_ms)) - last * 0.02, 0), last];
}

/** The lanes of some steps. */
function lanesOf(app: App, story: Story, steps: Step[]): Part {
  const { end_ms } = app.clock, [first, last] = spanOf(app, steps);
  const x = (t_ms: number): number => NAMES + ((t_ms - first) / (last - first)) * (WIDE - NAMES - 8);
  const name = (step: Step): string => app.name(step.name) || step.step;
  const { lanes, placed } = packed(steps, x, name, end_ms), runs = [...new Set(steps.map((step) => step.run))];
  const tops: number[] = [];
  let tall = AXIS;
  for (const lane of lanes) {
    tops.push(tall);
    tall += lane.slots * SLOT + PAD;
  }
  const drawing = svg("svg", { viewBox: `0 0 ${WIDE} ${tall + 4}`, role: "group", "aria-label": app._("Procedures by team") });
  lanes.forEach((lane, at) => {
    const row = story.data.rowOfId("team", lane.team);
    const text = app.name({ en: String(story.at("team", row, "name_en")), zh: String(story.at("team", row, "name")) }) || lane.team || app._("others");
    drawing.append(svg("rect", { x: 0, y: tops[at], width: WIDE, height: lane.slots * SLOT + PAD, fill: at % 2 ? "none" : "var(--ground)" }));
    drawing.append(label(text, NAMES - 10, 12, { x: 4, y: tops[at] + 17, "font-weight": 600 }));
  });
  const hour_ms = 3_600_000, every = [0.25, 0.5, 1, 2, 4, 6, 12, 24].find((hours) => (last - first) / hour_ms / hours <= 12) ?? 48;
  for (let t_ms = Math.ceil(first / (every * hour_ms)) * every * hour_ms; t_ms <= last; t_ms += every * hour_ms) {
    drawing.append(svg("line", { x1: x(t_ms), x2: x(t_ms), y1: AXIS - 4, y2: tall, stroke: "var(--grid)" }));
    drawing.append(svg("text", { x: x(t_ms), y: 12, "font-size": 10.5, "text-anchor": "middle", fill: "var(--soft)" }, app.wall(t_ms).slice(6)));
  }
  const bars = placed.map(({ step, lane, slot }) => bar(app, story, step, RUNS[runs.indexOf(step.run) % RUNS.length], x, tops[lane] + PAD / 2 + slot * SLOT, name(step)));
  const hand = svg("line", { y1: AXIS - 8, y2: tall, stroke: "var(--ink)", "stroke-width": 1.6 });
  drawing.append(...bars.map((one) => one.group), hand);
  const key = el("p", "room-key", ...runs.map((run, at) => el("span", "", dot(RUNS[at % RUNS.length]), runName(story, run))), ...DUES.map(([look, word]) => el("span", "", dueSign(look), word(app))));
  const element = el("div", "", key, drawing);
  return {
    element,
    draw(t_ms): void {
      const at = Math.min(Math.max(x(t_ms), NAMES), WIDE - 2);
      hand.setAttribute("x1", String(at));
      hand.setAttribute("x2", String(at));
      for (const one of bars) one.draw(t_ms);
    },
  };
}

/** How a deadline looks: fill and edge. */
const DUE = { coming: ["var(--paper)", "var(--ink)"], kept: ["var(--paper)", "var(--green)"], missed: ["var(--vermillion)", "var(--vermillion)"] } as const;
type Due = keyof typeof DUE;
const DUES: [look: Due, word: (app: App) => string][] = [["coming", (app) => app._("deadline")], ["kept", (app) => app._("deadline kept")], ["missed", (app) => app._("deadline missed")]];
const DIAMOND = "l6 6.5l-6 6.5l-6 -6.5z";

function dueSign(look: Due): SVGSVGElement {
  const [fill, stroke] = DUE[look];
  return svg("svg", { width: 16, height: 15 }, svg("path", { d: `M8 1${DIAMOND}`, fill, stroke, "stroke-width": 1.5 }));
}

/** `pdu_fault#1` with the procedure in words, where there are some. */
function runName(story: Story, run: string): string {
  const [procedure, number] = run.split("#");
  return `${story.procedure(procedure)}${number ? ` #${number}` : ""}`;
}

function dot(paint: string): SVGSVGElement {
  return svg("svg", { width: 16, height: 10 }, svg("rect", { width: 16, height: 10, fill: paint, rx: 2 }));
}

/** One step: an outline of its time, full as far as it has come; in trainer's mode nothing of what is to come. */
function bar(app: App, story: Story, step: Step, paint: string, x: (t: number) => number, y: number, name: string): { group: SVGGElement; draw(t_ms: number): void } {
  const end_ms = step.end_ms ?? app.clock.end_ms, begin = x(step.start_ms), wide = Math.max(x(end_ms) - begin, 2);
  const text = label(name, 220, 11, { x: begin, y: y + 11 });
  const outline = svg("rect", { x: begin, y: y + 14, width: wide, height: BAR, fill: "var(--paper)", stroke: paint, "stroke-dasharray": "3 2" });
  const full = svg("rect", { x: begin, y: y + 14, height: BAR, fill: paint, width: 0 });
  const group = svg("g", { class: "step", tabindex: 0, role: "button", "aria-label": name }, outline, full, text);
  const due = step.by_ms === null ? null : svg("path", { d: `M${x(step.by_ms)} ${y + 12}${DIAMOND}`, "stroke-width": 1.5 });
  if (due) group.append(due);
  const press = (): void => {
    if (step.row < 0) return;
    app.clock.goTo(story.data.t_ms[step.row]);
    app.choose({ run: story.run, name: story.data.subject[step.row], row: step.row });
  };
  group.addEventListener("click", press);
  group.addEventListener("keydown", (event) => event.key === "Enter" && press());
  const draw = (t_ms: number): void => {
    const came = Math.min(Math.max((t_ms - step.start_ms) / Math.max(end_ms - step.start_ms, 1), 0), 1), begun = t_ms >= step.start_ms;
    group.style.display = app.trainer && !begun ? "none" : "";
    group.classList.toggle("future", !begun);
    full.setAttribute("width", String(came * wide));
    outline.style.display = app.trainer && came < 1 ? "none" : "";
    if (!due || step.by_ms === null) return;
    const done = t_ms >= end_ms && step.end_ms !== null, missed = done ? step.met === false : t_ms > step.by_ms && step.met === false;
    const [fill, stroke] = DUE[missed ? "missed" : done ? "kept" : "coming"];
    due.setAttribute("fill", fill);
    due.setAttribute("stroke", stroke);
  };
  return { group, draw };
}
