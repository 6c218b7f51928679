/** The moving part of the map: crews, loaders, generators, and what is chosen. */

import { WaysCursor, lastAt } from "./cursor";
import type { RunData } from "./data";
import { BLUE, CREW_COLOURS, GENERATOR_COLOURS, INK, PAPER, drawShape, plainly, type Shape } from "./palette";
import type { Frame } from "./plane";
import type { Scene } from "./scene";

export interface Drawn {
  x: number;
  y: number;
  sort: string;
  row: number;
}

/** What a chosen name is: a row of a table; of a job its site. */
export interface Target {
  sort: string;
  row: number;
}

type Pen = CanvasRenderingContext2D;

const SHAPES: Record<string, Shape> = { crew: "truck", loader: "loader", generator: "generator" };
const SIZE = 6;
/** Hours of a route shown behind and ahead of the present. */
const ROUTE_MS = 12 * 3_600_000;
/** States of those with nothing to do: smaller, and what else is at the place goes before them. */
const IDLE = new Set(["ready", "resting", "off duty", "in store", "standing by"]);

export class Movers {
  readonly crews: WaysCursor;
  readonly loaders: WaysCursor;
  readonly generators: WaysCursor;
  /** Where each was last drawn, those on top last. */
  drawn: Drawn[] = [];
  private numbers: { x: number; y: number; left: boolean; size: number; count: number }[] = [];

  constructor(
    private readonly scene: Scene,
    private readonly states: { crew: string[]; generator: string[] },
  ) {
    const data: RunData = scene.data;
    this.crews = new WaysCursor(data.ways("crews"));
    this.loaders = new WaysCursor(data.ways("loaders"));
    this.generators = new WaysCursor(data.ways("generators"));
  }

  seek(t_ms: number): void {
    this.crews.seek(t_ms);
    this.loaders.seek(t_ms);
    this.generators.seek(t_ms, this.crews);
  }

  /** Draws all; `hide`: states that the desk may not know are not told. */
  draw(pen: Pen, frame: Frame, t_ms: number, chosen: Target | null, hide: boolean): void {
    pen.setTransform(frame.dots, 0, 0, frame.dots, 0, 0);
    pen.clearRect(0, 0, frame.width, frame.height);
    this.drawn = [];
    if (chosen) this.drawRoute(pen, frame, t_ms, chosen, hide);
    this.numbers = [];
    this.drawSort(pen, frame, "generator", this.generators, hide);
    this.drawSort(pen, frame, "loader", this.loaders, hide);
    this.drawSort(pen, frame, "crew", this.crews, hide);
    this.drawNumbers(pen);
    if (chosen) this.drawChosen(pen, frame, chosen);
  }

  private state(sort: string, cursor: WaysCursor, row: number, hide: boolean): string {
    return plainly((sort === "generator" ? this.states.generator : this.states.crew)[cursor.state[row]] ?? "", hide);
  }

  /** Those at one place become one sign with their number. */
  private drawSort(pen: Pen, frame: Frame, sort: string, cursor: WaysCursor, hide: boolean): void {
    const { plane } = this.scene, piles = new Map<number, { x: number; y: number; count: number; row: number; state: string }>();
    const shift = sort === "crew" ? 7 : sort === "loader" ? 0 : -7;
    for (let row = 0; row < cursor.lon.length; row++) {
      const x = frame.px(plane.x(cursor.lon[row])), y = frame.py(plane.y(cursor.lat[row]));
      if (!(x > -20 && y > -20 && x < frame.width + 20 && y < frame.height + 20) || cursor.carrier[row] >= 0) continue;
      const state = this.state(sort, cursor, row, hide), key = Math.round(x / 4) * 100_000 + Math.round(y / 4);
      this.drawn.push({ x: x + shift, y: y + (sort === "generator" ? 7 : 0), sort, row });
      const pile = piles.get(key);
      if (!pile) piles.set(key, { x, y, count: 1, row, state });
      else {
        pile.count++;
        if (IDLE.has(pile.state) && !IDLE.has(state)) Object.assign(pile, { row, state });
      }
    }
    const near = Math.min(Math.max(0.8 * frame.view.nearness ** 0.3, 0.8), 1.35);
    const colours = sort === "generator" ? GENERATOR_COLOURS : CREW_COLOURS;
    for (const { x, y, count, state } of piles.values()) this.sign(pen, sort, x + shift, y + (sort === "generator" ? 7 : 0), colours[state] ?? BLUE, count, near * (IDLE.has(state) ? 0.78 : 1));
  }

  private sign(pen: Pen, sort: string, x: number, y: number, colour: string, count: number, near: number): void {
    const size = sort === "generator" ? SIZE - 1 : SIZE, picture = pictureOf(sort, size, colour), side = (picture.width / OVER) * near;
    pen.drawImage(picture, x - side / 2, y - side / 2, side, side);
    if (count < 2) return;
    this.numbers.push({ x, y, left: sort === "generator", size, count });
  }

  /** How many stand at each sign: beside it, else above or below, where no other number is; the greater ones first. */
  private drawNumbers(pen: Pen): void {
    pen.font = "700 10px system-ui, sans-serif";
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineWidth = 3;
    pen.strokeStyle = PAPER;
    pen.fillStyle = INK;
    const taken: [left: number, top: number, right: number, bottom: number][] = [];
    for (const { x, y, left, size, count } of this.numbers.sort((one, other) => other.count - one.count)) {
      const text = String(count), wide = 6 * text.length, right = x + size + 3, before = x - size - 3 - wide, under = x - wide / 2;
      const spots: [number, number][] = [[left ? before : right, y], [under, y + (left ? 11 : -11)], [left ? right : before, y], [under, y + (left ? -11 : 11)]];
      const spot = spots.find(([at, on]) => taken.every((one) => at > one[2] || at + wide < one[0] || on - 5 > one[3] || on + 5 < one[1]));
      if (!spot) continue;
      taken.push([spot[0], spot[1] - 5, spot[0] + wide, spot[1] + 5]);
      pen.strokeText(text, ...spot);
      pen.fillText(text, ...spot);
    }
  }

  /** Where a target is, pixels; null for what has no place. */
  place(frame: Frame, { sort, row }: Target): [number, number] | null {
    const { scene } = this, { plane } = scene;
    const cursor = sort === "crew" ? this.crews : sort === "loader" ? this.loaders : sort === "generator" ? this.generators : null;
    const points = sort === "site" ? scene.sites : sort === "feeder" ? scene.feeders : sort === "depot" ? scene.depots : null;
    const lines = sort === "link" ? scene.links : sort === "road_edge" ? scene.roads : null;
    let x = NaN, y = NaN;
    if (cursor) [x, y] = [plane.x(cursor.lon[row]), plane.y(cursor.lat[row])];
    else if (points) [x, y] = [points.x[row], points.y[row]];
    else if (lines && lines.from[row] >= 0 && lines.to[row] >= 0) {
      x = (lines.ends.x[lines.from[row]] + lines.ends.x[lines.to[row]]) / 2;
      y = (lines.ends.y[lines.from[row]] + lines.ends.y[lines.to[row]]) / 2;
    } else if (sort === "station") return this.place(frame, { sort: "site", row: scene.data.refers("station", "site", "site")[row] });
    return Number.isFinite(x + y) ? [frame.px(x), frame.py(y)] : null;
  }

  private drawChosen(pen: Pen, frame: Frame, chosen: Target): void {
    const { scene } = this, lines = chosen.sort === "link" ? scene.links : chosen.sort === "road_edge" ? scene.roads : null;
    if (lines && lines.from[chosen.row] >= 0 && lines.to[chosen.row] >= 0) {
      pen.beginPath();
      pen.moveTo(frame.px(lines.ends.x[lines.from[chosen.row]]), frame.py(lines.ends.y[lines.from[chosen.row]]));
      pen.lineTo(frame.px(lines.ends.x[lines.to[chosen.row]]), frame.py(lines.ends.y[lines.to[chosen.row]]));
      rim(pen, 4);
    }
    if (chosen.sort === "feeder") {
      pen.beginPath();
      scene.feederOf.forEach((feeder, site) => {
        if (feeder !== chosen.row) return;
        pen.moveTo(frame.px(scene.feeders.x[feeder]), frame.py(scene.feeders.y[feeder]));
        pen.lineTo(frame.px(scene.sites.x[site]), frame.py(scene.sites.y[site]));
      });
      rim(pen, 2);
    }
    const place = this.place(frame, chosen);
    if (!place) return;
    const [x, y] = place, moves = chosen.sort in SHAPES;
    pen.beginPath();
    pen.arc(x + (chosen.sort === "crew" ? 7 : chosen.sort === "generator" ? -7 : 0), y + (chosen.sort === "generator" ? 7 : 0), moves ? 12 : 10, 0, Math.PI * 2);
    rim(pen, 2.4);
  }

  /** The way of a chosen crew, loader or generator: gone, and to come unless that is not to be seen. */
  private drawRoute(pen: Pen, frame: Frame, t_ms: number, { sort, row }: Target, pastOnly: boolean): void {
    const own = sort === "crew" ? this.crews : sort === "loader" ? this.loaders : null;
    const carrier = sort === "generator" ? this.generators.carrier[row] : -1;
    const cursor = own ?? (carrier >= 0 ? this.crews : null), who = own ? row : carrier;
    if (!cursor || who < 0 || who >= cursor.ways.count) return;
    const { ways } = cursor, { plane } = this.scene, from = ways.from[who], end = ways.from[who + 1];
    if (from === end) return;
    const here = lastAt(ways.t_ms, from, end, -1, t_ms);
    const now: [number, number] = [frame.px(plane.x(cursor.lon[who])), frame.py(plane.y(cursor.lat[who]))];
    const line = (first: number, last: number, before: [number, number] | null, then: [number, number] | null): void => {
      pen.beginPath();
      let begun = false;
      const to = (x: number, y: number): void => {
        if (begun) pen.lineTo(x, y);
        else pen.moveTo(x, y);
        begun = true;
      };
      if (before) to(...before);
      for (let at = first; at <= last; at++) {
        if (Math.abs(ways.t_ms[at] - t_ms) <= ROUTE_MS && Number.isFinite(ways.lon[at])) to(frame.px(plane.x(ways.lon[at])), frame.py(plane.y(ways.lat[at])));
      }
      if (then) to(...then);
    };
    if (!pastOnly) {
      line(here + 1, end - 1, now, null);
      pen.setLineDash([6, 5]);
      rim(pen, 2.2);
      pen.setLineDash([]);
    }
    line(from, here, null, now);
    pen.globalAlpha = 0.75;
    rim(pen, 3);
    pen.globalAlpha = 1;
  }
}

const pictures = new Map<string, HTMLCanvasElement>();
/** Device pixels of a picture to one of the page. */
const OVER = 2;

/** The picture of a sign, made once. */
function pictureOf(sort: string, size: number, colour: string): HTMLCanvasElement {
  const key = sort + colour, found = pictures.get(key);
  if (found) return found;
  const made = document.createElement("canvas"), side = Math.ceil(size * 1.5 + 3) * 2, middle = side / 2;
  made.width = made.height = side * OVER;
  const pen = made.getContext("2d")!;
  pen.scale(OVER, OVER);
  drawShape(pen, SHAPES[sort], middle, middle, size + 1.4, PAPER, PAPER);
  drawShape(pen, SHAPES[sort], middle, middle, size, colour);
  if (sort === "generator") {
    pen.font = "700 8px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = INK;
    pen.fillText("G", middle, middle + 0.5);
  }
  pictures.set(key, made);
  return made;
}

/** The line of what is chosen: dark on white, seen on anything. */
function rim(pen: Pen, width: number): void {
  pen.strokeStyle = PAPER;
  pen.lineWidth = width + 2.4;
  pen.stroke();
  pen.strokeStyle = "#8b008b";
  pen.lineWidth = width;
  pen.stroke();
}
