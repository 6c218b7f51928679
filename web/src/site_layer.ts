/** Sites as pixels: small pictures stamped into a buffer, so that 20,000 cost a few milliseconds and a changed one next to nothing. */

import { drawShape, type Look } from "./palette";
import type { Frame } from "./plane";
import { Grid, type Points } from "./scene";

interface Stamp {
  /** Width and height, device pixels; odd. */
  side: number;
  /** Rows and columns of the pixels that are not clear. */
  dx: Int16Array;
  dy: Int16Array;
  ink: Uint32Array;
}

/** Beyond this many changes all sites are drawn anew. */
const MANY = 48;
const AWAY = -9999;

export class SiteLayer {
  private image: ImageData | null = null;
  private buffer = new Uint32Array(0);
  private stamps: [plain: Stamp, hub: Stamp][] = [];
  private readonly px: Int32Array;
  private readonly py: Int32Array;
  private grid: Grid | null = null;
  private order: number[] = [];
  private made = "";
  private reach = 0;
  private readonly pen: CanvasRenderingContext2D;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly sites: Points,
    private readonly hub: Uint8Array,
  ) {
    this.pen = canvas.getContext("2d", { willReadFrequently: true })!;
    this.px = new Int32Array(sites.x.length);
    this.py = new Int32Array(sites.x.length);
  }

  /** Draws all sites. */
  draw(frame: Frame, states: Uint8Array, looks: Look[]): void {
    const { px, py, sites, canvas } = this, { dots } = frame;
    this.size(canvas.width, canvas.height);
    this.prepare(looks, Math.min(Math.max(frame.view.nearness ** 0.35, 0.9), 2.2) * dots);
    for (let row = 0; row < px.length; row++) {
      const x = frame.px(sites.x[row]) * dots, y = frame.py(sites.y[row]) * dots;
      const seen = x > -99 && y > -99 && x < canvas.width + 99 && y < canvas.height + 99;
      px[row] = seen ? Math.round(x) : AWAY;
      py[row] = seen ? Math.round(y) : AWAY;
    }
    this.grid = null;
    this.redraw(states);
  }

  /** Draws all sites again where the view has not changed. */
  redraw(states: Uint8Array): void {
    if (!this.image) return;
    this.buffer.fill(0);
    const { width, height } = this.image, { px } = this, there = new Uint32Array(this.order.length);
    for (const state of states) there[state]++;
    for (const state of this.order) {
      if (!there[state]) continue;
      for (let row = 0; row < px.length; row++) if (states[row] === state && px[row] !== AWAY) this.put(row, state, 0, 0, width, height);
    }
    this.pen.putImageData(this.image, 0, 0);
  }

  /** Draws only what changed, and what overlaps it. */
  update(states: Uint8Array, touched: Uint32Array, changed: number): void {
    if (!changed || !this.image) return;
    if (changed > MANY) return this.redraw(states);
    const { pen, reach, px, py } = this, { width, height } = this.image;
    this.grid ??= new Grid(px, py, 24);
    for (let at = 0; at < changed; at++) {
      const row = touched[at];
      if (px[row] === AWAY) continue;
      const left = Math.max(px[row] - reach, 0), top = Math.max(py[row] - reach, 0);
      const right = Math.min(px[row] + reach + 1, width), bottom = Math.min(py[row] + reach + 1, height);
      if (left >= right || top >= bottom) continue;
      for (let y = top; y < bottom; y++) this.buffer.fill(0, y * width + left, y * width + right);
      const near: number[] = [];
      this.grid.within(left - reach, top - reach, right + reach, bottom + reach, (one) => near.push(one));
      near.sort((one, other) => this.rank(states[one]) - this.rank(states[other]) || one - other);
      for (const one of near) this.put(one, states[one], left, top, right, bottom);
      pen.putImageData(this.image, 0, 0, left, top, right - left, bottom - top);
    }
  }

  private ranks: number[] = [];

  private rank(state: number): number {
    return this.ranks[state] ?? 0;
  }

  private size(width: number, height: number): void {
    if (this.image && this.image.width === width && this.image.height === height) return;
    this.image = new ImageData(Math.max(width, 1), Math.max(height, 1));
    this.buffer = new Uint32Array(this.image.data.buffer);
  }

  private prepare(looks: Look[], scale: number): void {
    const key = `${scale.toFixed(2)} ${looks.map((look) => look.colour + look.shape).join()}`;
    if (key === this.made) return;
    this.made = key;
    this.stamps = looks.map((look) => [stamp(look, scale, false), stamp(look, scale, true)]);
    this.order = looks.map((_look, state) => state).sort((one, other) => looks[one].rank - looks[other].rank || one - other);
    this.ranks = [];
    this.order.forEach((state, rank) => (this.ranks[state] = rank));
    this.reach = Math.max(...this.stamps.flat().map(({ side }) => side >> 1), 1);
  }

  /** Puts a site's picture into the buffer, within a box. */
  private put(row: number, state: number, left: number, top: number, right: number, bottom: number): void {
    const { dx, dy, ink, side } = this.stamps[state][this.hub[row]], half = side >> 1, { buffer } = this;
    const wide = this.image!.width, x0 = this.px[row] - half, y0 = this.py[row] - half;
    const whole = x0 >= left && y0 >= top && x0 + side <= right && y0 + side <= bottom, base = y0 * wide + x0;
    for (let at = 0; at < ink.length; at++) {
      if (!whole) {
        const x = x0 + dx[at], y = y0 + dy[at];
        if (x < left || x >= right || y < top || y >= bottom) continue;
      }
      const to = base + dy[at] * wide + dx[at], pixel = ink[at];
      if (pixel >>> 24 > 200 || !buffer[to]) buffer[to] = pixel;
    }
  }
}

/** The picture of a look; hubs are larger, with a ring about them. */
function stamp(look: Look, scale: number, hub: boolean): Stamp {
  const size = look.size * scale * (hub ? 1.25 : 1), side = 2 * Math.ceil(size * 1.3 + (hub ? 3.2 * scale : 1)) + 1;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  if (hub) {
    pen.lineWidth = 1.3 * scale;
    pen.strokeStyle = look.rank ? "#1f2328" : "#57606a";
    pen.beginPath();
    pen.arc(side / 2, side / 2, size + 1.9 * scale, 0, Math.PI * 2);
    pen.fillStyle = "#ffffff";
    pen.fill();
    pen.stroke();
  }
  drawShape(pen, look.shape, side / 2, side / 2, size, look.colour);
  const pixels = new Uint32Array(pen.getImageData(0, 0, side, side).data.buffer);
  const inked = [...pixels.keys()].filter((at) => pixels[at] >>> 24 > 40);
  return {
    side, dx: Int16Array.from(inked, (at) => at % side), dy: Int16Array.from(inked, (at) => Math.floor(at / side)),
    ink: Uint32Array.from(inked, (at) => pixels[at]),
  };
}
