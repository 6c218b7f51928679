/** Stations out over time of a run, as numbers ready to draw. */

import { after, type Numbers, type RunData } from "./data";

export class Curve {
  readonly t_ms: Numbers;
  readonly causes: string[];
  readonly out: Numbers[];
  /** For each cause the sum of it and those before. */
  readonly stacked: Float64Array[];
  readonly total: Float64Array;
  readonly known: Numbers;
  readonly most: number;

  constructor(data: RunData) {
    const { t_ms, causes, out, known } = data.curve;
    this.t_ms = t_ms;
    this.causes = causes;
    this.out = out;
    this.known = known;
    let sum = new Float64Array(this.t_ms.length);
    this.stacked = this.out.map((one) => (sum = sum.map((below, at) => below + one[at])));
    this.total = sum;
    this.most = [...this.total, ...this.known].reduce((one, other) => Math.max(one, other), 1);
  }

  /** The most that the desk knew out by a moment, rounded up so that an axis seldom changes: of what is to come it tells nothing. */
  mostKnown(t_ms: number): number {
    let most = 8;
    for (let row = after(this.t_ms, t_ms) - 1; row >= 0; row--) most = Math.max(most, this.known[row]);
    return 2 ** (Math.ceil(Math.log2(most) * 2 + 0.1) / 2);
  }

  /** A series at a moment. */
  at(values: ArrayLike<number>, t_ms: number): number {
    const row = after(this.t_ms, t_ms) - 1;
    return row < 0 ? 0 : values[row];
  }
}
