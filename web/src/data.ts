/** The packed data in the hand: columns as typed arrays, look-ups by name. Knows nothing of the page. */

import type { Changes, Column, Figure, Moves, Packed, PackedRun } from "./format";

export type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

const TYPES = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, i32: Int32Array, f32: Float32Array, f64: Float64Array };

/** Code in `sort_of` of a name that is nothing of the inventory. */
export const NO_SORT = 255;

/** A track of changes as arrays; `who` is a row of a table. */
export interface Track {
  t_ms: Numbers;
  who: Numbers;
  before: Numbers;
  after: Numbers;
}

/** Ways as arrays, and for each `who` where its points begin; `from[who + 1]` is where they end. */
export interface Ways {
  t_ms: Numbers;
  lon: Numbers;
  lat: Numbers;
  state: Numbers;
  /** The crew that carries it from here on, -1 for none; only generators have it. */
  carrier: Numbers | null;
  from: Uint32Array;
  count: number;
}

/** The block of bytes taken apart. */
export interface Unpacked {
  packed: Packed;
  column(column: Column): Numbers;
}

/** Unpacks the base64 text of the page. Throws where the browser cannot or the text is damaged. */
export async function unpack(text: string): Promise<Unpacked> {
  const raw = atob(text.trim());
  const deflated = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) deflated[at] = raw.charCodeAt(at);
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  return opened(await new Response(stream).arrayBuffer());
}

/** The same from bytes that are inflated already. */
export function opened(bytes: ArrayBuffer): Unpacked {
  const size = new DataView(bytes).getUint32(0, true);
  const packed = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, size))) as Packed;
  if (packed.format !== 1) throw new Error(`format ${String(packed.format)} of the data is not known to this page`);
  const begin = Math.ceil((4 + size) / 8) * 8;
  const column = ({ at, n, as, delta }: Column): Numbers => {
    const values = new TYPES[as](bytes, begin + at, n);
    if (!delta) return values;
    const sums = new Float64Array(n);
    for (let row = 0, sum = 0; row < n; row++) sums[row] = sum += values[row];
    return sums;
  };
  return { packed, column };
}

/** One run: its log, items and tracks. Columns are decoded when first asked for and kept. */
export class RunData {
  readonly packed: PackedRun;
  readonly t_ms: Numbers;
  /** Index of `Packed.kinds`, by row of the log. */
  readonly kind: Numbers;
  readonly subject: Numbers;
  readonly object: Numbers;
  readonly value: Numbers;
  /** Row that brought it about, by row; -1 for none. */
  readonly cause: Int32Array;
  readonly sortOf: Numbers;
  readonly rowOf: Numbers;
  /** Name of a job's site, by name; 0 for other names. */
  readonly siteOf: Numbers;
  readonly figures_t_ms: Numbers;
  private readonly kept = new Map<string, unknown>();

  constructor(
    readonly all: Packed,
    readonly index: number,
    readonly column: (column: Column) => Numbers,
  ) {
    this.packed = all.runs[index];
    const { log, figures_t_ms } = this.packed;
    this.t_ms = column(log.t_ms);
    this.kind = column(log.kind);
    this.subject = column(log.subject);
    this.object = column(log.object);
    this.value = column(log.value);
    const cause = column(log.cause);
    this.cause = Int32Array.from(cause, (row) => (row < cause.length ? row : -1));
    this.sortOf = column(log.sort_of);
    this.rowOf = column(log.row_of);
    this.siteOf = column(log.site_of);
    this.figures_t_ms = column(figures_t_ms);
  }

  private once<T>(key: string, make: () => T): T {
    let found = this.kept.get(key) as T | undefined;
    if (found === undefined) this.kept.set(key, (found = make()));
    return found;
  }

  /** The text of a name's code; empty for none. */
  nameOf(code: number): string {
    return this.packed.log.names[code] ?? "";
  }

  /** The code of a name, -1 for one that the log has not. */
  codeOf(name: string): number {
    return this.once("codes", () => new Map(this.packed.log.names.map((text, code) => [text, code]))).get(name) ?? -1;
  }

  /** The sort of thing of a name, such as `site`; empty for words and jobs. */
  sort(code: number): string {
    const sort = code < 0 ? NO_SORT : this.sortOf[code];
    return sort === NO_SORT || sort === undefined ? "" : this.all.sorts[sort];
  }

  /** The kind of a row: its word, sentence, group and unit. */
  kindInfo(row: number): Packed["kinds"][number] {
    return this.all.kinds[this.kind[row]];
  }

  /** Rows in which a name is the subject, in time order. */
  rowsOf(code: number): Uint32Array {
    const { from, rows } = this.once("subjects", () => byCode(this.subject, this.packed.log.names.length));
    return rows.subarray(from[code], from[code + 1]);
  }

  /** Rows from a row back to what brought it about first, the row itself first. */
  why(row: number): number[] {
    const chain = [];
    for (let at = row; at >= 0 && chain.length < 1000; at = this.cause[at]) chain.push(at);
    return chain;
  }

  /** Rows up to a moment, it included. */
  rowsBy(t_ms: number): number {
    return after(this.t_ms, t_ms);
  }

  /** Number of things of a sort. */
  count(sort: string): number {
    return this.packed.items[sort]?.n ?? 0;
  }

  /** A column of texts of a table; empty texts where it has none. */
  texts(sort: string, column: string): string[] {
    return this.once(`texts ${sort}.${column}`, () => {
      const found = this.packed.items[sort]?.columns[column];
      if (!found) return new Array<string>(this.count(sort)).fill("");
      if (Array.isArray(found)) return found;
      if ("names" in found) return Array.from(this.column(found.code), (code) => found.names[code] ?? "");
      return Array.from(this.column(found), String);
    });
  }

  /** A column of numbers of a table; NaN where it has none. */
  numbers(sort: string, column: string): Numbers {
    return this.once(`numbers ${sort}.${column}`, () => {
      const found = this.packed.items[sort]?.columns[column];
      if (!found || Array.isArray(found) || "names" in found) return new Float64Array(this.count(sort)).fill(NaN);
      return this.column(found);
    });
  }

  /** A cell of a table; undefined where there is none. */
  cell(sort: string, row: number, column: string): string | number | undefined {
    const found = this.packed.items[sort]?.columns[column];
    if (!found || row < 0 || row >= this.count(sort)) return undefined;
    const text = Array.isArray(found) || "names" in found;
    return text ? this.texts(sort, column)[row] : this.numbers(sort, column)[row];
  }

  /** The row of an id in a table, -1 for none. */
  rowOfId(sort: string, id: string): number {
    return this.once(`rows ${sort}`, () => new Map(this.texts(sort, "id").map((text, row) => [text, row]))).get(id) ?? -1;
  }

  /** Rows of one table that the ids in a column of another refer to, -1 for none. */
  refers(sort: string, column: string, to: string): Int32Array {
    return this.once(`refers ${sort}.${column} ${to}`, () => Int32Array.from(this.texts(sort, column), (id) => this.rowOfId(to, id)));
  }

  /** The names in the log of a table's rows, -1 for a thing that the log never names. */
  codesOf(sort: string): Int32Array {
    return this.once(`codes ${sort}`, () => {
      const found = new Int32Array(this.count(sort)).fill(-1), wanted = this.all.sorts.indexOf(sort);
      for (let code = 0; code < this.sortOf.length; code++) if (this.sortOf[code] === wanted) found[this.rowOf[code]] = code;
      return found;
    });
  }

  /** A track as arrays. */
  track(name: "sites" | "known" | "feeders" | "links" | "roads"): Track {
    return this.once(`track ${name}`, () => this.changes(this.packed.tracks[name]));
  }

  /** Any changes as arrays. */
  changes({ t_ms, who, before, after: then }: Changes): Track {
    return { t_ms: this.column(t_ms), who: this.column(who), before: this.column(before), after: this.column(then) };
  }

  /** Ways as arrays; `count` things, also those that never moved. */
  ways(name: "crews" | "loaders" | "generators"): Ways {
    return this.once(`ways ${name}`, () => {
      const moves: Moves = this.packed.tracks[name], who = this.column(moves.who);
      const count = Math.max(this.count(name.slice(0, -1)), who.length ? who[who.length - 1] + 1 : 0);
      const from = new Uint32Array(count + 1);
      for (const one of who) from[one + 1]++;
      for (let one = 0; one < count; one++) from[one + 1] += from[one];
      return {
        t_ms: this.column(moves.t_ms), lon: this.column(moves.lon), lat: this.column(moves.lat), state: this.column(moves.state),
        carrier: moves.carrier ? this.column(moves.carrier) : null, from, count,
      };
    });
  }

  /** Stations out over time, as arrays; `out` in the order of `causes`. */
  get curve(): { t_ms: Numbers; causes: string[]; out: Numbers[]; ever: Numbers; known: Numbers; without_mains: Numbers } {
    return this.once("curve", () => {
      const { t_ms, causes, out, ever, known, without_mains } = this.packed.curve, { column } = this;
      return {
        t_ms: column(t_ms), causes, out: out.map((one) => column(one)), ever: column(ever), known: column(known), without_mains: column(without_mains),
      };
    });
  }

  /** Values of a figure at each of `figures_t_ms`; NaN where undefined. */
  figureValues(figure: Figure): Numbers {
    return this.once(`figure ${figure.values.at}`, () => this.column(figure.values));
  }
}

/** Rows grouped by a code. */
function byCode(codes: Numbers, count: number): { from: Uint32Array; rows: Uint32Array } {
  const from = new Uint32Array(count + 1), rows = new Uint32Array(codes.length);
  for (const code of codes) from[code + 1]++;
  for (let code = 0; code < count; code++) from[code + 1] += from[code];
  const next = from.slice();
  for (let row = 0; row < codes.length; row++) rows[next[codes[row]]++] = row;
  return { from, rows };
}

/** How many numbers of an ascending list are at most `value`. */
export function after(list: ArrayLike<number>, value: number): number {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
