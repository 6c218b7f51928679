/** A small curve of a figure over the drill, with its bound and the present moment. */

import type { App } from "./app";
import { colour, el } from "./element";
import type { Figure } from "./format";

const WIDE = 84, HIGH = 22, PAD = 2;

/** The curve; it draws itself anew on the event `now`. In trainer's mode it ends at the present. */
export function sparkline(app: App, figure: Figure, other: Figure | undefined): HTMLCanvasElement {
  const canvas = el("canvas", "spark"), dots = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = WIDE * dots;
  canvas.height = HIGH * dots;
  canvas.setAttribute("role", "presentation");
  const t_ms = app.runs[0].figures_t_ms, values = app.runs[0].figureValues(figure);
  const theirs = other ? { t_ms: app.runs[1].figures_t_ms, values: app.runs[1].figureValues(other) } : null;
  const all = [...values, ...(theirs?.values ?? []), ...(figure.bound === null ? [] : [figure.bound])].filter(Number.isFinite);
  const low = Math.min(...all), high = Math.max(...all), span = high - low || 1;
  const x = (t: number): number => PAD + (t / app.clock.end_ms) * (WIDE - 2 * PAD);
  const y = (value: number): number => HIGH - PAD - ((value - low) / span) * (HIGH - 2 * PAD);
  const curve = (pen: CanvasRenderingContext2D, times: ArrayLike<number>, list: ArrayLike<number>): void => {
    pen.beginPath();
    let drawn = false;
    for (let at = 0; at < times.length; at++) {
      if (app.trainer && times[at] > app.clock.now_ms) break;
      if (!Number.isFinite(list[at])) continue;
      if (drawn) pen.lineTo(x(times[at]), y(list[at]));
      else pen.moveTo(x(times[at]), y(list[at]));
      drawn = true;
    }
    pen.stroke();
  };
  canvas.addEventListener("now", () => {
    const pen = canvas.getContext("2d");
    if (!pen || !all.length) return;
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, WIDE, HIGH);
    pen.lineWidth = 1;
    if (figure.bound !== null) {
      pen.strokeStyle = colour("--vermillion");
      pen.setLineDash([3, 2]);
      pen.strokeRect(PAD, y(figure.bound), WIDE - 2 * PAD, 0);
      pen.setLineDash([]);
    }
    pen.lineWidth = 1.4;
    pen.strokeStyle = colour("--blue");
    curve(pen, t_ms, values);
    if (theirs) {
      pen.strokeStyle = colour("--orange");
      pen.setLineDash([4, 2]);
      curve(pen, theirs.t_ms, theirs.values);
      pen.setLineDash([]);
    }
    pen.strokeStyle = colour("--ink");
    pen.lineWidth = 1;
    pen.strokeRect(x(app.clock.now_ms), 0, 0, HIGH);
  });
  return canvas;
}
