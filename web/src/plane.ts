/** From degrees to the screen: equirectangular, east–west shortened by the cosine of the area's latitude. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Degrees to flat units (degrees of latitude, y downwards). */
export class Plane {
  private readonly cos: number;

  constructor(
    private readonly lon0: number,
    private readonly lat0: number,
  ) {
    this.cos = Math.max(Math.cos((lat0 * Math.PI) / 180), 0.01);
  }

  x(lon: number): number {
    return (lon - this.lon0) * this.cos;
  }

  y(lat: number): number {
    return this.lat0 - lat;
  }
}

/** What part of the plane is seen; maps side by side share one. */
export class View {
  x = 0;
  y = 0;
  /** Pixels a unit. */
  scale = 1;
  private least = 0;
  private readonly listeners: (() => void)[] = [];

  constructor(readonly whole: Box) {}

  on(listener: () => void): void {
    this.listeners.push(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** Shows the whole area in a map of this size, less what covers its left edge. */
  fit(width: number, height: number, covered = 0): void {
    const { left, top, right, bottom } = this.whole, pad = 28;
    const across = Math.max(right - left, 0.02), down = Math.max(bottom - top, 0.02);
    this.scale = Math.max(Math.min((width - covered - 2 * pad) / across, (height - 2 * pad) / down), 1e-3);
    this.least = this.scale;
    this.x = (left + right) / 2 - covered / 2 / this.scale;
    this.y = (top + bottom) / 2;
    this.tell();
  }

  /** How much nearer than the whole area. */
  get nearness(): number {
    return this.least > 0 ? this.scale / this.least : 1;
  }

  /** Moves by pixels. */
  pan(dx: number, dy: number): void {
    const { left, top, right, bottom } = this.whole;
    this.x = Math.min(Math.max(this.x - dx / this.scale, left), right);
    this.y = Math.min(Math.max(this.y - dy / this.scale, top), bottom);
    this.tell();
  }

  /** Nearer (above 1) or farther, what is `dx`, `dy` pixels from the middle staying where it is. */
  zoom(factor: number, dx = 0, dy = 0): void {
    const scale = Math.min(Math.max(this.scale * factor, this.least * 0.5), Math.max(this.least * 400, 3e4));
    const x = this.x + dx / this.scale, y = this.y + dy / this.scale;
    this.scale = scale;
    this.x = x - dx / scale;
    this.y = y - dy / scale;
    this.tell();
  }

  /** Brings a point to the middle. */
  centre(x: number, y: number): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    this.x = x;
    this.y = y;
    this.tell();
  }
}

/** A view on a canvas of one size: flat units to pixels of the page. */
export class Frame {
  readonly dx: number;
  readonly dy: number;

  constructor(
    readonly view: View,
    readonly width: number,
    readonly height: number,
    readonly dots: number,
  ) {
    this.dx = width / 2 - view.x * view.scale;
    this.dy = height / 2 - view.y * view.scale;
  }

  px(x: number): number {
    return x * this.view.scale + this.dx;
  }

  py(y: number): number {
    return y * this.view.scale + this.dy;
  }

  /** Whether a stretch between two points (pixels) may be seen. */
  sees(x1: number, y1: number, x2 = x1, y2 = y1, pad = 20): boolean {
    return Math.max(x1, x2) >= -pad && Math.min(x1, x2) <= this.width + pad && Math.max(y1, y2) >= -pad && Math.min(y1, y2) <= this.height + pad;
  }
}
