/** Which rows of the log are shown: the feed lists them, and the controls step from one to the next. */

import type { App } from "./app";
import { after } from "./data";
import { storiesOf, type Story } from "./story";

export interface Filter {
  /** The run whose rows are shown. */
  run: number;
  /** Indices of `groups`; empty for all. */
  groups: Set<number>;
  /** Index of `kinds`; -1 for all. */
  kind: number;
  county: string;
  siteClass: string;
  /** Number of a crew's or a generator's name; -1 for all. */
  who: number;
  text: string;
  /** Also readings: levels, weather, legs of journeys, loads; a kind that is chosen by itself always passes. */
  readings: boolean;
  /** Only rows that the other run has not. */
  only: boolean;
}

/** Kinds of rows that are readings of something that goes on, not events. */
const READINGS = /^(battery\.level|site\.source|crew\.leg|snow\.|air\.|power\.load|ups\.charge|device\.feeds|row\.(limit|temperature)|person\.)/;

/** What a filter lets through, in time order. */
export class Filters {
  readonly now: Filter;
  private made: Uint32Array | null = null;
  private readonly unlike: (Uint8Array | null)[];

  constructor(private readonly app: App) {
    this.now = { run: 0, ...Filters.open() };
    this.unlike = app.runs.map(() => null);
    app.on("trainer", () => (this.made = null));
    app.on("chosen", () => {
      if (app.chosen && app.chosen.run !== this.now.run) this.set({ run: app.chosen.run });
    });
    app.on("language", () => (this.made = this.now.text ? null : this.made));
  }

  private static open(): Omit<Filter, "run"> {
    return { groups: new Set(), kind: -1, county: "", siteClass: "", who: -1, text: "", readings: false, only: false };
  }

  /** Whether anything is filtered. */
  get any(): boolean {
    const { groups, kind, county, siteClass, who, text, only, readings } = this.now;
    return groups.size > 0 || kind >= 0 || county !== "" || siteClass !== "" || who >= 0 || text !== "" || only || readings;
  }

  /** Changes the filter and tells the page. */
  set(change: Partial<Filter>): void {
    if (change.run !== undefined && change.run !== this.now.run) Object.assign(this.now, { who: -1, county: "" });
    Object.assign(this.now, change);
    this.made = null;
    this.app.tell("filters");
  }

  /** Lets all rows through. */
  clear(): void {
    this.set(Filters.open());
  }

  get story(): Story {
    return storiesOf(this.app)[this.now.run];
  }

  /** Rows let through, of the whole drill. */
  rows(): Uint32Array {
    this.made ??= this.pass();
    return this.made;
  }

  /** Whether rows of a kind tell of something that happened, or readings are wanted too. */
  tells(kind: number): boolean {
    return this.now.readings || this.now.kind === kind || !READINGS.test(this.app.packed.kinds[kind].kind);
  }

  /** How many of them have happened by a moment. */
  count(t_ms: number): number {
    const rows = this.rows(), end = this.story.rowsBy(t_ms);
    return end === 0 ? 0 : after(rows, end - 1);
  }

  private pass(): Uint32Array {
    const { now, story } = this, { kinds } = this.app.packed, { data } = story;
    const kindFits = Uint8Array.from(kinds, (kind, index) =>
      Number((now.kind < 0 || now.kind === index) && (!now.groups.size || now.groups.has(kind.group)) && (!this.app.trainer || kind.desk) && this.tells(index)),
    );
    const conditions = this.conditions(), unlike = now.only ? this.differing(now.run) : null;
    const rows = new Uint32Array(data.kind.length);
    let count = 0;
    for (let row = 0; row < rows.length; row++) {
      const kind = data.kind[row], subject = data.subject[row], object = data.object[row];
      if (!kindFits[kind] || (unlike && !unlike[row])) continue;
      if (conditions.every((one) => one.kinds[kind] || one.names[subject] || one.names[object])) rows[count++] = row;
    }
    return rows.slice(0, count);
  }

  /** What a row's kind, subject or object must have: for each condition the kinds and the names that have it. */
  private conditions(): { kinds: Uint8Array; names: Uint8Array }[] {
    const { county, siteClass, who } = this.now, { story, app } = this, { names } = story.packed.log;
    const wanted = this.now.text.toLowerCase().split(/\s+/).filter(Boolean);
    const no = new Uint8Array(app.packed.kinds.length);
    const found = [];
    if (county) found.push({ kinds: no, names: Uint8Array.from(names, (_name, code) => Number(story.county(code) === county)) });
    if (siteClass) found.push({ kinds: no, names: Uint8Array.from(names, (_name, code) => Number(story.siteClass(code) === siteClass)) });
    if (who >= 0) found.push({ kinds: no, names: Uint8Array.from(names, (_name, code) => Number(code === who)) });
    if (!wanted.length) return found;
    const said = app.packed.kinds.map((kind) => `${kind.kind} ${app._(kind.say).replace(/\{\w+\}/g, "")}`.toLowerCase());
    const shown = names.map((id, code) => `${id} ${story.text(code)} ${String(story.cell(code, "name"))}`.toLowerCase());
    for (const word of wanted) {
      const has = (text: string): number => Number(text.includes(word));
      found.push({ kinds: Uint8Array.from(said, has), names: Uint8Array.from(shown, has) });
    }
    return found;
  }

  /** Rows of a run for which the other run has none of the same kind, subject and object left. */
  private differing(run: number): Uint8Array {
    const found = this.unlike[run] ?? unlikeOther(storiesOf(this.app)[run], storiesOf(this.app)[1 - run]);
    this.unlike[run] = found;
    return found;
  }
}

function unlikeOther(mine: Story, other: Story | undefined): Uint8Array {
  const found = new Uint8Array(mine.data.kind.length).fill(1);
  if (!other) return found;
  const left = new Map<string, number>();
  const key = (story: Story, row: number): string => {
    const { names } = story.packed.log;
    return `${story.data.kind[row]}\n${names[story.data.subject[row]]}\n${names[story.data.object[row]]}`;
  };
  for (let row = 0; row < other.data.kind.length; row++) {
    const of = key(other, row);
    left.set(of, (left.get(of) ?? 0) + 1);
  }
  for (let row = 0; row < found.length; row++) {
    const of = key(mine, row), count = left.get(of) ?? 0;
    if (count > 0) {
      left.set(of, count - 1);
      found[row] = 0;
    }
  }
  return found;
}

const all = new WeakMap<App, Filters>();

/** The filters of a page. */
export function filtersOf(app: App): Filters {
  let found = all.get(app);
  if (!found) {
    found = new Filters(app);
    all.set(app, found);
  }
  return found;
}

/** The next row that the filters let through after (1) or before (-1) the chosen row, else the present moment; -1 for none. */
export function nextRow(app: App, direction: 1 | -1): number {
  const filters = filtersOf(app), rows = filters.rows(), { t_ms } = filters.story.data;
  const { chosen, clock } = app;
  const here = chosen && chosen.run === filters.now.run && chosen.row >= 0 && t_ms[chosen.row] === clock.now_ms ? chosen.row : -1;
  if (direction > 0) {
    const next = here >= 0 ? after(rows, here) : filters.count(clock.now_ms);
    return next < rows.length ? rows[next] : -1;
  }
  const before = here >= 0 ? after(rows, here - 1) : filters.count(clock.now_ms - 1);
  return before > 0 ? rows[before - 1] : -1;
}
