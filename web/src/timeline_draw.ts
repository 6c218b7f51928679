/** The picture behind the time slider: nights, curves of stations out, bookmarks, hours. */

import type { Curve } from "./curve";
import type { Bookmark } from "./format";
import { BLUE, CAUSES, FAINT, GRID, HATCHES, INK, ORANGE, PAPER, VERMILLION, drawShape, type Shape } from "./palette";

type Pen = CanvasRenderingContext2D;
export const LEFT = 48, RIGHT = 14, TOP = 18, BOTTOM = 18;
const NIGHT = "#e9ecf3", FONT = "11px system-ui, 'Segoe UI', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";

/** Sort of a bookmark → its sign. */
export const MARKS: Record<Bookmark["sort"], [shape: Shape, colour: string]> = {
  inject: ["triangle", VERMILLION], message: ["square", "#57606a"], level: ["diamond", ORANGE], warning: ["hexagon", ORANGE],
  first_outage: ["cross", VERMILLION], last_outage: ["disc", "#009e73"], peak: ["star", "#f0e442"], question: ["disc", "#cc79a7"], procedure: ["plus", BLUE],
  expected: ["diamond", BLUE],
};

export interface Axes {
  width: number;
  height: number;
  end_ms: number;
  /** What the vertical axis goes from, and to. */
  least: number;
  most: number;
  /** Height of the strip of the difference of two runs; 0 without. */
  strip: number;
}

export function xOf({ width, end_ms }: Axes, t_ms: number): number {
  return LEFT + (t_ms / end_ms) * (width - LEFT - RIGHT);
}

export function tOf({ width, end_ms }: Axes, x: number): number {
  return Math.min(Math.max((x - LEFT) / Math.max(width - LEFT - RIGHT, 1), 0), 1) * end_ms;
}

export function yOf({ height, least, most, strip }: Axes, value: number): number {
  const base = height - BOTTOM - strip;
  return base - ((value - least) / (most - least)) * (base - TOP);
}

export function drawNights(pen: Pen, axes: Axes, nights: [number, number][]): void {
  pen.fillStyle = NIGHT;
  for (const [from, to] of nights) pen.fillRect(xOf(axes, from), TOP, xOf(axes, to) - xOf(axes, from), axes.height - TOP - BOTTOM);
}

/** Hours below, numbers of stations at the left. `wall` gives `11-06 09:05`. */
export function drawAxes(pen: Pen, axes: Axes, start_ms: number, wall: (t_ms: number) => string): void {
  const hour_ms = 3_600_000, room = (axes.width - LEFT - RIGHT) / 74;
  const step_h = [1, 2, 3, 4, 6, 12, 24, 48, 96, 168].find((step) => axes.end_ms / hour_ms / step <= room) ?? 336, step_ms = step_h * hour_ms;
  pen.font = FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let t_ms = Math.ceil(start_ms / step_ms) * step_ms - start_ms; t_ms <= axes.end_ms; t_ms += step_ms) {
    const text = wall(t_ms), midnight = text.endsWith("00:00"), x = xOf(axes, t_ms);
    pen.strokeStyle = midnight ? FAINT : GRID;
    pen.lineWidth = 1;
    line(pen, x, TOP, x, axes.height - BOTTOM + 4);
    pen.fillStyle = INK;
    if (x >= LEFT && x < axes.width - 24) pen.fillText(midnight ? text.slice(0, 5) : text.slice(6), x, axes.height - 7);
  }
  pen.textAlign = "right";
  for (const value of ticks(axes.least, axes.most)) {
    const y = yOf(axes, value);
    pen.strokeStyle = GRID;
    line(pen, LEFT, y, axes.width - RIGHT, y);
    pen.fillStyle = INK;
    pen.fillText(value.toLocaleString("en"), LEFT - 5, y);
  }
  pen.strokeStyle = FAINT;
  line(pen, LEFT, axes.height - BOTTOM, axes.width - RIGHT, axes.height - BOTTOM);
}

function line(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  pen.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  pen.stroke();
}

function ticks(least: number, most: number): number[] {
  if (!(most > least)) return [];
  const rough = (most - least) / 3, power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = Math.max(([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power, 1), first = Math.ceil(least / step) * step;
  return Array.from({ length: Math.floor((most - first) / step) + 1 }, (_one, at) => first + at * step);
}

/** Steps of a series as a path to `until`. */
function steps(pen: Pen, axes: Axes, t_ms: ArrayLike<number>, values: ArrayLike<number>, until: number, y: (value: number) => number): void {
  let last = y(0);
  pen.moveTo(xOf(axes, 0), last);
  for (let at = 0; at < t_ms.length && t_ms[at] <= until; at++) {
    const x = xOf(axes, t_ms[at]);
    pen.lineTo(x, last);
    last = y(values[at]);
    pen.lineTo(x, last);
  }
  pen.lineTo(xOf(axes, until), last);
}

/** Stations out by cause, one upon the other. */
export function drawStack(pen: Pen, axes: Axes, curve: Curve): void {
  const { t_ms, stacked, causes } = curve, base = yOf(axes, 0);
  for (let cause = causes.length - 1; cause >= 0; cause--) {
    const { colour } = CAUSES[causes[cause]] ?? CAUSES.other;
    pen.beginPath();
    steps(pen, axes, t_ms, stacked[cause], axes.end_ms, (value) => yOf(axes, value));
    pen.lineTo(xOf(axes, axes.end_ms), base);
    pen.lineTo(xOf(axes, 0), base);
    pen.closePath();
    pen.fillStyle = PAPER;
    pen.fill();
    pen.fillStyle = hatch(pen, colour, HATCHES[causes[cause]] ?? "dash");
    pen.fill();
  }
  outline(pen, axes, t_ms, curve.total, axes.end_ms, INK, []);
}

/** What the desk knew to be out, until now. */
export function drawKnown(pen: Pen, axes: Axes, curve: Curve, now_ms: number): void {
  pen.beginPath();
  steps(pen, axes, curve.t_ms, curve.known, now_ms, (value) => yOf(axes, value));
  pen.lineTo(xOf(axes, now_ms), yOf(axes, 0));
  pen.lineTo(xOf(axes, 0), yOf(axes, 0));
  pen.closePath();
  pen.fillStyle = hatch(pen, VERMILLION, "");
  pen.globalAlpha = 0.75;
  pen.fill();
  pen.globalAlpha = 1;
}

function outline(pen: Pen, axes: Axes, t_ms: ArrayLike<number>, values: ArrayLike<number>, until: number, colour: string, dash: number[]): void {
  pen.beginPath();
  steps(pen, axes, t_ms, values, until, (value) => yOf(axes, value));
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.setLineDash(dash);
  pen.stroke();
  pen.setLineDash([]);
}

/** Two runs: both totals, and below how many more the second has out. */
export function drawPair(pen: Pen, axes: Axes, first: Curve, second: Curve, known: boolean, until: number): void {
  const a = known ? first.known : first.total, b = known ? second.known : second.total;
  const base = axes.height - BOTTOM - axes.strip / 2, half = axes.strip / 2 - 3;
  outline(pen, axes, first.t_ms, a, until, BLUE, []);
  outline(pen, axes, second.t_ms, b, until, VERMILLION, [5, 3]);
  const times = Float64Array.from(new Set([...first.t_ms, ...second.t_ms])).sort();
  const more = times.map((t_ms) => second.at(b, t_ms) - first.at(a, t_ms)), most = more.reduce((one, other) => Math.max(one, Math.abs(other)), 1);
  pen.beginPath();
  steps(pen, axes, times, more, until, (value) => base - (value / most) * half);
  pen.lineTo(xOf(axes, until), base);
  pen.lineTo(xOf(axes, 0), base);
  pen.closePath();
  pen.fillStyle = hatch(pen, INK, "slash");
  pen.fill();
  pen.strokeStyle = INK;
  pen.lineWidth = 0.8;
  pen.stroke();
  line(pen, LEFT, base, axes.width - RIGHT, base);
  pen.font = FONT;
  pen.fillStyle = INK;
  pen.textAlign = "right";
  pen.fillText("B − A", LEFT - 5, base);
  pen.textAlign = "left";
  pen.fillText(`± ${most.toLocaleString("en")}`, LEFT + 4, base - half + 5);
}

/** Bookmarks above the curve. */
export function drawMarks(pen: Pen, axes: Axes, bookmarks: Bookmark[]): void {
  for (const { t_ms } of bookmarks) {
    const x = xOf(axes, t_ms);
    pen.strokeStyle = "rgba(31,35,40,0.22)";
    pen.lineWidth = 1;
    line(pen, x, TOP, x, axes.height - BOTTOM);
  }
  for (const { t_ms, sort } of bookmarks) {
    const [shape, colour] = MARKS[sort] ?? MARKS.inject;
    drawShape(pen, shape, xOf(axes, t_ms), TOP - 8, 4.6, colour);
  }
}

const hatches = new Map<string, CanvasPattern | string>();

/** A colour with a hatch over it, for eyes and paper without colours. */
export function hatch(pen: Pen, colour: string, sort: string): CanvasPattern | string {
  const key = colour + sort, found = hatches.get(key);
  if (found) return found;
  const tile = document.createElement("canvas"), side = 6;
  tile.width = tile.height = side;
  const inked = tile.getContext("2d")!;
  inked.fillStyle = colour;
  inked.globalAlpha = 0.8;
  inked.fillRect(0, 0, side, side);
  inked.globalAlpha = 1;
  inked.strokeStyle = inked.fillStyle = "rgba(0,0,0,0.55)";
  inked.lineWidth = 0.9;
  inked.beginPath();
  if (sort === "slash" || sort === "cross") for (const at of [-side, 0, side]) (inked.moveTo(at, side), inked.lineTo(at + side, 0));
  if (sort === "cross") for (const at of [-side, 0, side]) (inked.moveTo(at, 0), inked.lineTo(at + side, side));
  if (sort === "dash") (inked.moveTo(0, 3.5), inked.lineTo(side, 3.5));
  if (sort === "rings") inked.arc(3, 3, 1.8, 0, Math.PI * 2);
  inked.stroke();
  if (sort === "dots") inked.fillRect(2, 2, 1.6, 1.6);
  const made = (sort && pen.createPattern(tile, "repeat")) || tinted(colour);
  hatches.set(key, made);
  return made;
}

/** The colour at four fifths on white. */
function tinted(colour: string): string {
  const parts = [1, 3, 5].map((at) => Math.round(255 - (255 - parseInt(colour.slice(at, at + 2), 16)) * 0.8));
  return `rgb(${parts.join()})`;
}
