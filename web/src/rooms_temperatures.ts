/** Inlet temperatures of the rows of racks over the drill, with their limits and the present moment. */

import type { App } from "./app";
import { after, type Numbers } from "./data";
import { colour, el, fill, named } from "./element";
import type { Rooms } from "./format";
import type { Part } from "./rooms_part";
import type { Story } from "./story";
import { digits } from "./units";

const HIGH = 128, LEFT = 40, RIGHT = 98, TOP = 8, BOTTOM = 18;

export function mountTemperatures(app: App, story: Story): Part {
  const element = el("div", "temperatures"), rows = story.packed.rooms?.rows ?? [], parts = rows.map((row) => curve(app, story, row));
  const spots = rows.some((row) => row.warmest_c !== null) && el("small", "", ` ${app._("thick blue: the warmest rack, hot spots included; black: the row")}`);
  element.append(el("h3", "", app._("Inlet temperatures"), spots), ...parts.map((part) => part.element));
  return { element, draw: (t_ms) => parts.forEach((part) => part.draw(t_ms)) };
}

function curve(app: App, story: Story, row: Rooms["rows"][number]): Part {
  const now = el("b"), canvas = el("canvas"), element = el("figure", "temperature", el("figcaption", "", named(app.name(row.name), row.id), " ", now), canvas);
  const t_ms = story.data.column(row.t_ms), inlet_c = story.data.column(row.inlet_c), warmest_c = row.warmest_c ? story.data.column(row.warmest_c) : inlet_c;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${app._("Inlet temperature of")} ${app.name(row.name)}`);
  const limits = [row.setpoint_c, row.warn_c, row.major_c].filter((one): one is number => one !== null);
  let low = Math.min(...limits), high = Math.max(...limits);
  for (const value of [...inlet_c, ...warmest_c]) [low, high] = [Math.min(low, value), Math.max(high, value)];
  low = Math.floor(low - 1);
  high = Math.ceil(high + 1);
  canvas.addEventListener("pointerdown", (event) => {
    const wide = canvas.clientWidth - LEFT - RIGHT;
    app.clock.goTo(Math.min(Math.max((event.offsetX - LEFT) / wide, 0), 1) * app.clock.end_ms);
  });
  const draw = (at_ms: number): void => {
    const value = valueAt(t_ms, warmest_c, at_ms), mean = valueAt(t_ms, inlet_c, at_ms), over = (limit: number | null): boolean => limit !== null && value > limit;
    const apart = value - mean > 0.05 ? ` ${fill(app._("(row {c} °C)"), { c: mean.toFixed(1) })}` : "";
    now.textContent = Number.isFinite(value) ? `${value.toFixed(1)} °C${apart}${over(row.major_c) ? ` ✖ ${app._("over the major limit")}` : over(row.warn_c) ? ` ▲ ${app._("over the alarm limit")}` : ""}` : "";
    now.className = over(row.major_c) ? "bad" : over(row.warn_c) ? "warn" : "good";
    const wide = canvas.clientWidth, dots = window.devicePixelRatio || 1, pen = canvas.getContext("2d");
    if (!pen || wide < 60) return;
    if (canvas.width !== Math.round(wide * dots)) [canvas.width, canvas.height] = [Math.round(wide * dots), HIGH * dots];
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, wide, HIGH);
    const x = (t: number): number => LEFT + (t / app.clock.end_ms) * (wide - LEFT - RIGHT);
    const y = (c: number): number => HIGH - BOTTOM - ((c - low) / (high - low)) * (HIGH - TOP - BOTTOM);
    axes(app, pen, wide, row, x, y);
    const line = (values: Numbers, paint: string, thick: number): void => {
      pen.strokeStyle = colour(paint);
      pen.lineWidth = thick;
      pen.beginPath();
      for (let at = 0; at < t_ms.length; at++) pen.lineTo(x(t_ms[at]), y(values[at]));
      if (t_ms.length) pen.lineTo(x(app.clock.end_ms), y(values[values.length - 1]));
      pen.stroke();
    };
    if (warmest_c !== inlet_c) line(warmest_c, "--sky", 2.2);
    line(inlet_c, "--ink", 1.8);
    pen.lineWidth = 1;
    pen.strokeRect(x(at_ms), TOP, 0, HIGH - TOP - BOTTOM);
    pen.beginPath();
    pen.arc(x(at_ms), y(value), 3.5, 0, 7);
    pen.fillStyle = colour("--ink");
    pen.fill();
  };
  return { element, draw };
}

/** Limits as dashed lines with their names, hours below. */
function axes(app: App, pen: CanvasRenderingContext2D, wide: number, row: Rooms["rows"][number], x: (t: number) => number, y: (c: number) => number): void {
  pen.font = "11px system-ui, 'Noto Sans CJK SC', sans-serif";
  pen.textBaseline = "middle";
  const limits: [number | null, string, number[], string][] = [
    [row.setpoint_c, "--faint", [1, 3], app._("set point")], [row.warn_c, "--orange", [6, 3], app._("alarm")], [row.major_c, "--vermillion", [10, 3], app._("major")],
  ];
  for (const [value, paint, dash, name] of limits) {
    if (value === null) continue;
    pen.strokeStyle = colour(paint);
    pen.lineWidth = 1.2;
    pen.setLineDash(dash);
    pen.strokeRect(LEFT, y(value), wide - LEFT - RIGHT, 0);
    pen.setLineDash([]);
    pen.fillStyle = colour("--ink");
    pen.textAlign = "left";
    pen.fillText(`${name} ${digits(value)} °C`, wide - RIGHT + 5, y(value));
  }
  pen.fillStyle = colour("--soft");
  pen.textAlign = "center";
  const hour_ms = 3_600_000, every = Math.max(Math.ceil(app.clock.end_ms / hour_ms / 8), 1);
  for (let hour = 0; hour * hour_ms <= app.clock.end_ms; hour += every) pen.fillText(app.wall(hour * hour_ms).slice(6), x(hour * hour_ms), HIGH - 8);
}

function valueAt(t_ms: Numbers, values: Numbers, at_ms: number): number {
  const next = after(t_ms, at_ms);
  if (next === 0) return values[0];
  if (next >= t_ms.length) return values[values.length - 1];
  const lasts = t_ms[next] - t_ms[next - 1], share = lasts > 0 ? (at_ms - t_ms[next - 1]) / lasts : 0;
  return values[next - 1] + (values[next] - values[next - 1]) * share;
}
