/** What stands behind the slider of a machine-room drill, where no station fails: inlet temperatures, and services while they are down. */

import { after, type Numbers, type RunData } from "./data";
import { BLUE, INK, VERMILLION } from "./palette";
import { BOTTOM, TOP, hatch, xOf, yOf, type Axes } from "./timeline_draw";

interface Row {
  t_ms: Numbers;
  inlet_c: Numbers;
  /** Of the warmest rack, hot spots included. */
  warmest_c: Numbers;
}

export class RoomCurve {
  private readonly rows: Row[];
  /** For each service the spans in which it was down, ms. */
  private readonly down: [number, number][][];
  readonly least: number;
  readonly most: number;

  constructor(data: RunData, end_ms: number) {
    const rooms = data.packed.rooms, { column } = data;
    this.rows = (rooms?.rows ?? []).map((row) => ({ t_ms: column(row.t_ms), inlet_c: column(row.inlet_c), warmest_c: row.warmest_c ? column(row.warmest_c) : null })).map(({ t_ms, inlet_c, warmest_c }) => ({ t_ms, inlet_c, warmest_c: warmest_c ?? inlet_c }));
    const marks = (rooms?.rows ?? []).flatMap(({ setpoint_c, warn_c }) => [setpoint_c, warn_c]);
    const all = [...this.rows.flatMap(({ inlet_c, warmest_c }) => [...inlet_c, ...warmest_c]), ...marks].filter((one): one is number => one !== null && Number.isFinite(one));
    this.least = all.length ? Math.floor(all.reduce((one, other) => Math.min(one, other)) - 1) : 20;
    this.most = all.length ? Math.ceil(all.reduce((one, other) => Math.max(one, other)) + 1) : 30;
    this.down = Array.from({ length: data.count("service") }, () => []);
    if (!rooms) return;
    const { t_ms, who, after: then } = data.changes(rooms.services);
    for (let at = 0; at < t_ms.length; at++) {
      const spans = this.down[who[at]];
      if (then[at]) spans.push([t_ms[at], end_ms]);
      else if (spans.length) spans[spans.length - 1][1] = t_ms[at];
    }
  }

  /** The hottest inlet of any rack at a moment, °C; -Infinity without rows. */
  hottest(t_ms: number): number {
    return this.rows.reduce((hottest, row) => Math.max(hottest, at(row, t_ms)), -Infinity);
  }

  /** Number of services down at a moment. */
  servicesDown(t_ms: number): number {
    return this.down.filter((spans) => spans.some(([from, to]) => from <= t_ms && t_ms < to)).length;
  }

  draw(pen: CanvasRenderingContext2D, axes: Axes, second: boolean): void {
    const high = Math.min((axes.height - TOP - BOTTOM) / Math.max(this.down.length, 1), 14);
    this.down.forEach((spans, service) => {
      for (const [from, to] of spans) {
        pen.fillStyle = hatch(pen, VERMILLION, second ? "slash" : "");
        pen.fillRect(xOf(axes, from), TOP + service * high + 1, Math.max(xOf(axes, to) - xOf(axes, from), 2), high - 2);
      }
    });
    pen.strokeStyle = second ? VERMILLION : this.rows.length > 1 ? INK : BLUE;
    pen.setLineDash(second ? [5, 3] : []);
    for (const { t_ms, inlet_c, warmest_c } of this.rows) {
      for (const [values, wide] of inlet_c === warmest_c ? [[inlet_c, 1.5] as const] : [[inlet_c, 1] as const, [warmest_c, 1.8] as const]) {
        pen.lineWidth = wide;
        pen.beginPath();
        for (let at = 0; at < t_ms.length; at++) pen.lineTo(xOf(axes, t_ms[at]), yOf(axes, values[at]));
        if (t_ms.length) pen.lineTo(xOf(axes, axes.end_ms), yOf(axes, values[t_ms.length - 1]));
        pen.stroke();
      }
    }
    pen.setLineDash([]);
  }
}

/** A row's warmest inlet at a moment: straight between points. */
function at({ t_ms, warmest_c }: Row, now_ms: number): number {
  const next = after(t_ms, now_ms), row = next - 1;
  if (row < 0 || next >= t_ms.length) return warmest_c[Math.max(row, 0)] ?? NaN;
  const share = (now_ms - t_ms[row]) / Math.max(t_ms[next] - t_ms[row], 1);
  return warmest_c[row] + (warmest_c[next] - warmest_c[row]) * share;
}
