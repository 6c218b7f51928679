/** What stands still on a run's map: places in the plane, and what belongs to what. */

import type { RunData } from "./data";
import { Plane, type Box } from "./plane";

export interface Points {
  x: Float64Array;
  y: Float64Array;
}

/** Stretches between two points; NaN where an end has no place. */
export interface Stretches {
  from: Int32Array;
  to: Int32Array;
  ends: Points;
}

export interface Label {
  x: number;
  y: number;
  en: string;
  zh: string;
  /** 0 county seats, 1 townships. */
  rank: number;
  population: number;
}

export class Scene {
  readonly sites: Points;
  /** 1 for sites that others hang on. */
  readonly hub: Uint8Array;
  readonly feeders: Points;
  readonly depots: Points;
  readonly roads: Stretches;
  /** 0 main, 1 county, 2 village. */
  readonly roadRank: Uint8Array;
  readonly links: Stretches;
  /** 1 for links between hubs. */
  readonly trunk: Uint8Array;
  readonly labels: Label[];
  /** Row of the feeder of each site, -1 for none. */
  readonly feederOf: Int32Array;

  constructor(
    readonly data: RunData,
    readonly plane: Plane,
  ) {
    this.sites = this.points("site");
    this.feeders = this.points("feeder");
    this.depots = this.points("depot");
    this.hub = Uint8Array.from(data.texts("site", "role"), (role) => Number(role !== "" && role !== "access"));
    this.feederOf = data.refers("site", "feeder", "feeder");
    const nodes = this.points("road_node");
    this.roads = { from: data.refers("road_edge", "u", "road_node"), to: data.refers("road_edge", "v", "road_node"), ends: nodes };
    this.roadRank = Uint8Array.from(data.texts("road_edge", "road_class"), (one) => (one === "village" ? 2 : one === "county" || one === "township" ? 1 : 0));
    this.links = { from: data.refers("link", "a", "site"), to: data.refers("link", "b", "site"), ends: this.sites };
    this.trunk = Uint8Array.from(data.texts("link", "link_kind"), (kind) => Number(kind !== "ring" && kind !== "spur"));
    this.labels = [...this.named("county", 0), ...this.named("township", 1)];
  }

  private points(sort: string): Points {
    const { plane, data } = this;
    return {
      x: Float64Array.from(data.numbers(sort, "lon"), (lon) => plane.x(lon)),
      y: Float64Array.from(data.numbers(sort, "lat"), (lat) => plane.y(lat)),
    };
  }

  private named(sort: string, rank: number): Label[] {
    const { x, y } = this.points(sort), { data } = this;
    const zh = data.texts(sort, "name"), en = data.texts(sort, "name_en"), id = data.texts(sort, "id"), people = data.numbers(sort, "population");
    const found = zh.map((_name, row) => ({
      x: x[row], y: y[row], zh: zh[row] || en[row] || id[row], en: en[row] || zh[row] || id[row], rank, population: people[row] || 0,
    }));
    return found.filter((one) => Number.isFinite(one.x + one.y)).sort((one, other) => other.population - one.population);
  }
}

/** A plane for the runs of a page, and the box of all that stands on it. */
export function planeOf(runs: RunData[]): { plane: Plane; whole: Box } {
  const lon: number[] = [], lat: number[] = [];
  for (const run of runs) {
    for (const sort of ["site", "depot", "road_node"]) {
      const east = run.numbers(sort, "lon"), north = run.numbers(sort, "lat");
      for (let row = 0; row < east.length; row++) {
        if (!Number.isFinite(east[row] + north[row])) continue;
        lon.push(east[row]);
        lat.push(north[row]);
      }
    }
  }
  if (!lon.length) return { plane: new Plane(0, 0), whole: { left: -0.01, top: -0.01, right: 0.01, bottom: 0.01 } };
  const span = (values: number[]): [number, number] => values.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, -Infinity]);
  const [west, east] = span(lon), [south, north] = span(lat);
  const plane = new Plane((west + east) / 2, (south + north) / 2);
  return { plane, whole: { left: plane.x(west), right: plane.x(east), top: plane.y(north), bottom: plane.y(south) } };
}

/** A grid over points for looking up what is near. */
export class Grid {
  private readonly cells = new Map<number, number[]>();

  constructor(
    x: ArrayLike<number>,
    y: ArrayLike<number>,
    private readonly size: number,
  ) {
    for (let row = 0; row < x.length; row++) {
      if (!Number.isFinite(x[row] + y[row])) continue;
      const key = this.key(Math.floor(x[row] / size), Math.floor(y[row] / size));
      const cell = this.cells.get(key);
      if (cell) cell.push(row);
      else this.cells.set(key, [row]);
    }
  }

  private key(column: number, row: number): number {
    return (column + 0x8000) * 0x20000 + (row + 0x8000);
  }

  /** Calls for each point of the cells that a box touches. */
  within(left: number, top: number, right: number, bottom: number, call: (row: number) => void): void {
    for (let column = Math.floor(left / this.size); column <= Math.floor(right / this.size); column++) {
      for (let row = Math.floor(top / this.size); row <= Math.floor(bottom / this.size); row++) {
        for (const one of this.cells.get(this.key(column, row)) ?? []) call(one);
      }
    }
  }
}
