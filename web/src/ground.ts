/** The still part of the map: roads by snow, links, feeders that are off, depots, and names that do not overlap. */

import type { App } from "./app";
import { BLUE, INK, ORANGE, PAPER, VERMILLION, drawShape } from "./palette";
import type { Frame } from "./plane";
import type { Scene, Stretches } from "./scene";

/** Snow from these depths on, cm → colour of a road; one hue growing darker. */
export const SNOW_STEPS: [from_cm: number, colour: string][] = [
  [0, "#bcc3cb"], [2, "#a3cfe8"], [5, "#6db1dc"], [10, "#3385c6"], [20, "#13559c"], [30, "#0a2a63"],
];
export const CLOSED = VERMILLION;
/** Orange at a quarter on white. */
const FAN = "#fae3b5";
/** Lines stroked at once; long paths take more than their share. */
const PIECE = 48;
const WIDTHS = [2.6, 1.8, 1.1];
const FONT = "system-ui, 'Segoe UI', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif";

export interface GroundNow {
  /** Centimetres by road edge; null without snow, or where it is not to be seen. */
  snow: ArrayLike<number> | null;
  closed: Uint8Array | null;
  cut: Uint8Array | null;
  dead: Uint8Array | null;
}

type Pen = CanvasRenderingContext2D;

export function drawGround(pen: Pen, frame: Frame, scene: Scene, now: GroundNow): void {
  pen.setTransform(frame.dots, 0, 0, frame.dots, 0, 0);
  pen.clearRect(0, 0, frame.width, frame.height);
  pen.lineCap = "round";
  drawFeeders(pen, frame, scene, now.dead);
  drawRoads(pen, frame, scene, now);
  drawLinks(pen, frame, scene, now.cut);
  for (let row = 0; row < scene.depots.x.length; row++) {
    const x = frame.px(scene.depots.x[row]), y = frame.py(scene.depots.y[row]);
    if (frame.sees(x, y)) drawShape(pen, "house", x, y - 13, 7, "#ffe9b8");
  }
}

/** A path of the stretches that a test lets through; whether there were any. */
function trace(pen: Pen, frame: Frame, { from, to, ends }: Stretches, fits: (row: number) => boolean): boolean {
  let any = false;
  pen.beginPath();
  for (let row = 0; row < from.length; row++) {
    if (from[row] < 0 || to[row] < 0 || !fits(row)) continue;
    const x1 = frame.px(ends.x[from[row]]), y1 = frame.py(ends.y[from[row]]), x2 = frame.px(ends.x[to[row]]), y2 = frame.py(ends.y[to[row]]);
    if (!frame.sees(x1, y1, x2, y2)) continue;
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    any = true;
  }
  return any;
}

function drawRoads(pen: Pen, frame: Frame, scene: Scene, { snow, closed }: GroundNow): void {
  const count = scene.roads.from.length, step = new Uint8Array(count);
  if (snow) {
    for (let row = 0; row < count; row++) {
      let at = SNOW_STEPS.length - 1;
      while (at > 0 && snow[row] < SNOW_STEPS[at][0]) at--;
      step[row] = at;
    }
  }
  const wide = Math.min(Math.max(frame.view.nearness ** 0.3, 1), 2);
  for (let rank = 2; rank >= 0; rank--) {
    pen.lineWidth = WIDTHS[rank] * wide;
    SNOW_STEPS.forEach(([, colour], at) => {
      if (!snow && at) return;
      pen.strokeStyle = colour;
      if (trace(pen, frame, scene.roads, (row) => scene.roadRank[row] === rank && step[row] === at && !closed?.[row])) pen.stroke();
    });
  }
  if (!closed || !trace(pen, frame, scene.roads, (row) => !!closed[row])) return;
  pen.lineCap = "butt";
  pen.lineWidth = 3.4 * wide;
  pen.strokeStyle = PAPER;
  pen.stroke();
  pen.lineWidth = 2.2 * wide;
  pen.strokeStyle = CLOSED;
  pen.setLineDash([5, 4]);
  pen.stroke();
  pen.setLineDash([]);
  pen.lineCap = "round";
}

function drawLinks(pen: Pen, frame: Frame, scene: Scene, cut: Uint8Array | null): void {
  const near = frame.view.nearness;
  pen.strokeStyle = BLUE;
  pen.globalAlpha = 0.3;
  pen.lineWidth = 1;
  if (trace(pen, frame, scene.links, (row) => scene.trunk[row] === 1 && !cut?.[row])) pen.stroke();
  pen.lineWidth = 0.7;
  if (near > 2.5 && trace(pen, frame, scene.links, (row) => scene.trunk[row] === 0 && !cut?.[row])) pen.stroke();
  pen.globalAlpha = 1;
  if (!cut || !trace(pen, frame, scene.links, (row) => !!cut[row])) return;
  pen.strokeStyle = BLUE;
  pen.lineWidth = 1.8;
  pen.setLineDash([2, 4]);
  pen.stroke();
  pen.setLineDash([]);
  const { from, to, ends } = scene.links;
  cut.forEach((is, row) => {
    if (!is || from[row] < 0 || to[row] < 0) return;
    const x = frame.px((ends.x[from[row]] + ends.x[to[row]]) / 2), y = frame.py((ends.y[from[row]] + ends.y[to[row]]) / 2);
    if (frame.sees(x, y)) drawShape(pen, "cross", x, y, 4, BLUE, PAPER);
  });
}

/** Feeders that are off: a fan to their sites, so that the area without mains is seen. */
function drawFeeders(pen: Pen, frame: Frame, scene: Scene, dead: Uint8Array | null): void {
  if (!dead) return;
  pen.strokeStyle = FAN;
  pen.lineWidth = 2.2;
  const { x, y } = scene.feeders;
  let pending = 0;
  pen.beginPath();
  scene.feederOf.forEach((feeder, site) => {
    if (feeder < 0 || !dead[feeder]) return;
    const x1 = frame.px(x[feeder]), y1 = frame.py(y[feeder]), x2 = frame.px(scene.sites.x[site]), y2 = frame.py(scene.sites.y[site]);
    if (!frame.sees(x1, y1, x2, y2) || Math.abs(x2 - x1) + Math.abs(y2 - y1) < 2) return;
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    if (++pending % PIECE) return;
    pen.stroke();
    pen.beginPath();
  });
  pen.stroke();
  dead.forEach((is, feeder) => {
    if (!is) return;
    const x1 = frame.px(x[feeder]), y1 = frame.py(y[feeder]);
    if (frame.sees(x1, y1)) drawShape(pen, "triangle", x1, y1, 3.4, ORANGE, PAPER);
  });
}

/** Names of places, the larger first, none over another. */
export function drawLabels(pen: Pen, frame: Frame, scene: Scene, app: App): void {
  pen.setTransform(frame.dots, 0, 0, frame.dots, 0, 0);
  pen.clearRect(0, 0, frame.width, frame.height);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  const taken: [number, number, number, number][] = [];
  for (const label of scene.labels) {
    if (label.rank && frame.view.nearness < 2) continue;
    const x = frame.px(label.x), y = frame.py(label.y);
    if (!frame.sees(x, y, x, y, 0)) continue;
    pen.font = label.rank ? `12px ${FONT}` : `600 14px ${FONT}`;
    const text = clipped(app.name(label)), half = pen.measureText(text).width / 2 + 3, high = label.rank ? 8 : 9;
    const place = [y + 14, y - 28, y + 30].find((at) => taken.every(([l, t, r, b]) => x + half < l || x - half > r || at + high < t || at - high > b));
    if (place === undefined || x - half < 0 || x + half > frame.width) continue;
    taken.push([x - half, place - high, x + half, place + high]);
    pen.strokeStyle = "rgba(255,255,255,0.92)";
    pen.lineWidth = 4;
    pen.strokeText(text, x, place);
    pen.fillStyle = label.rank ? "#3d444d" : INK;
    pen.fillText(text, x, place);
  }
  drawScale(pen, frame);
}

function clipped(text: string): string {
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
}

const KM_A_DEGREE = 111.2;

function drawScale(pen: Pen, frame: Frame): void {
  const px_a_km = frame.view.scale / KM_A_DEGREE, most = 110 / px_a_km;
  const power = 10 ** Math.floor(Math.log10(most)), km = [5, 2, 1].map((one) => one * power).find((one) => one <= most) ?? power;
  const wide = km * px_a_km, right = frame.width - 14, y = frame.height - 12;
  pen.beginPath();
  pen.moveTo(right - wide, y - 5);
  pen.lineTo(right - wide, y);
  pen.lineTo(right, y);
  pen.lineTo(right, y - 5);
  pen.font = `11px ${FONT}`;
  pen.textAlign = "right";
  const text = km < 1 ? `${Math.round(km * 1000)} m` : `${km} km`;
  for (const [width, colour] of [[4, PAPER], [1.2, INK]] as const) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke();
    if (colour === PAPER) pen.strokeText(text, right, y - 12);
  }
  pen.fillStyle = INK;
  pen.fillText(text, right, y - 12);
}
