/** Where tracks stand at a moment: changes played forwards and backwards, ways by interpolation. */

import type { Numbers, Track, Ways } from "./data";

/** The states of a track at a moment. */
export class TrackCursor {
  readonly state: Uint8Array;
  /** Number of things in each state. */
  readonly counts = new Uint32Array(256);
  /** Those that the last `seek` changed, each once; the first `changed` of them. */
  readonly touched: Uint32Array;
  changed = 0;
  private readonly seen: Uint32Array;
  private turn = 0;
  private at = 0;

  constructor(
    private readonly track: Track,
    count: number,
  ) {
    this.state = new Uint8Array(count);
    this.touched = new Uint32Array(count);
    this.seen = new Uint32Array(count);
    for (let row = track.who.length - 1; row >= 0; row--) this.state[track.who[row]] = track.before[row];
    for (const state of this.state) this.counts[state]++;
    this.seek(0);
  }

  /** Goes to a moment; gives the number of things whose state was touched on the way. */
  seek(t_ms: number): number {
    const { t_ms: times, who, before, after } = this.track;
    this.changed = 0;
    this.turn++;
    while (this.at < times.length && times[this.at] <= t_ms) {
      this.put(who[this.at], after[this.at]);
      this.at++;
    }
    while (this.at > 0 && times[this.at - 1] > t_ms) {
      this.at--;
      this.put(who[this.at], before[this.at]);
    }
    return this.changed;
  }

  private put(who: number, state: number): void {
    this.counts[this.state[who]]--;
    this.counts[state]++;
    this.state[who] = state;
    if (this.seen[who] === this.turn) return;
    this.seen[who] = this.turn;
    this.touched[this.changed++] = who;
  }
}

/** Places and states of things that move. */
export class WaysCursor {
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  readonly state: Uint8Array;
  /** The crew that carries it, -1 for none. */
  readonly carrier: Int32Array;
  private readonly hint: Uint32Array;

  constructor(readonly ways: Ways) {
    this.lon = new Float64Array(ways.count).fill(NaN);
    this.lat = new Float64Array(ways.count).fill(NaN);
    this.state = new Uint8Array(ways.count);
    this.carrier = new Int32Array(ways.count).fill(-1);
    this.hint = ways.from.slice(0, ways.count);
    this.seek(0);
  }

  /** Goes to a moment. What another carries is put where that one is: seek the carriers first. */
  seek(t_ms: number, carriers?: WaysCursor): void {
    const { ways } = this;
    for (let who = 0; who < ways.count; who++) {
      const from = ways.from[who], end = ways.from[who + 1];
      if (from === end) continue;
      const at = lastAt(ways.t_ms, from, end, this.hint[who], t_ms);
      this.hint[who] = at;
      this.state[who] = ways.state[at];
      const carrier = ways.carrier ? ways.carrier[at] : -1;
      this.carrier[who] = carrier;
      if (carrier >= 0 && carriers) {
        this.lon[who] = carriers.lon[carrier];
        this.lat[who] = carriers.lat[carrier];
        continue;
      }
      const next = at + 1 < end && ways.t_ms[at] <= t_ms && !ways.carrier ? at + 1 : at;
      const lasts = ways.t_ms[next] - ways.t_ms[at], share = lasts > 0 ? (t_ms - ways.t_ms[at]) / lasts : 0;
      this.lon[who] = ways.lon[at] + (ways.lon[next] - ways.lon[at]) * share;
      this.lat[who] = ways.lat[at] + (ways.lat[next] - ways.lat[at]) * share;
    }
  }
}

/** The last point of `from` … `end` at or before a moment, the first where there is none; looks near `hint` first. */
export function lastAt(times: Numbers, from: number, end: number, hint: number, t_ms: number): number {
  if (hint >= from && hint < end && times[hint] <= t_ms) {
    for (let at = hint; at < Math.min(hint + 4, end); at++) if (at + 1 >= end || times[at + 1] > t_ms) return at;
  }
  let low = from, high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t_ms) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, from);
}
