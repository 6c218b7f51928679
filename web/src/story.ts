/** The log in words: names of things, sentences of rows, what each row is about. Panels ask here, not the columns. */

import type { App } from "./app";
import type { RunData } from "./data";
import { el, fill, fillNodes, named, type Child } from "./element";
import type { Message, PackedRun } from "./format";
import { shown } from "./units";

/** Rows by name, in time order: those in which the name is subject or object. */
export class RowsOf {
  private readonly start: Uint32Array;
  private readonly rows: Uint32Array;

  constructor(count: number, subject: ArrayLike<number>, object: ArrayLike<number>) {
    const start = new Uint32Array(count + 1);
    for (let row = 0; row < subject.length; row++) {
      start[subject[row] + 1]++;
      if (object[row] !== subject[row]) start[object[row] + 1]++;
    }
    for (let name = 0; name < count; name++) start[name + 1] += start[name];
    const next = start.slice();
    this.rows = new Uint32Array(start[count]);
    for (let row = 0; row < subject.length; row++) {
      this.rows[next[subject[row]]++] = row;
      if (object[row] !== subject[row]) this.rows[next[object[row]]++] = row;
    }
    this.start = start;
  }

  of(name: number): Uint32Array {
    return this.rows.subarray(this.start[name], this.start[name + 1]);
  }
}

/** What panels need of a run beside its columns; made once a run. */
export class Story {
  readonly packed: PackedRun;
  readonly byName: RowsOf;
  private messages: Map<number, Message> | null = null;

  constructor(
    readonly app: App,
    readonly run: number,
    readonly data: RunData,
  ) {
    this.packed = app.packed.runs[run];
    const log = this.packed.log;
    this.byName = new RowsOf(log.names.length, data.subject, data.object);
  }

  /** The number of a name, -1 for one that the log has not. */
  code(name: string): number {
    return this.data.codeOf(name);
  }

  /** The sort of thing of a name, such as `site`; empty for words. Jobs are things too. */
  sort(name: number): string {
    if (name < 0) return "";
    return this.data.sort(name) || (this.isJob(name) ? "job" : "");
  }

  isJob(name: number): boolean {
    return this.data.siteOf[name] > 0;
  }

  /** A cell of the inventory about a name; empty where there is none. */
  cell(name: number, column: string): string | number {
    const sort = this.sort(name);
    return sort && sort !== "job" ? this.at(sort, this.data.rowOf[name], column) : "";
  }

  /** A cell of a table of the inventory. */
  at(sort: string, row: number, column: string): string | number {
    return this.data.cell(sort, row, column) ?? "";
  }

  /** A thing's name in the language in use, its id where it has none; of `site:s3.rectifier` the thing's. */
  name(name: number): string {
    const id = this.packed.log.names[name] ?? "";
    const sort = this.sort(name);
    if (sort && sort !== "job") {
      const zh = String(this.cell(name, "name")), en = String(this.cell(name, "name_en"));
      return (this.app.language === "zh" ? zh || en : en || (/[\u4e00-\u9fff]/.test(zh) ? "" : zh)) || id;
    }
    return id;
  }

  /** Whether a name can be chosen: it is a thing of the inventory, or a job. */
  isThing(name: number): boolean {
    return this.sort(name) !== "";
  }

  /** A name or a word of the log as a text in the language in use. */
  text(name: number): string {
    const id = this.packed.log.names[name] ?? "";
    if (!id || this.isThing(name)) return this.name(name);
    const target = /^\w+:(.+)$/.exec(id)?.[1] ?? "", part = target.lastIndexOf(".");
    for (const end of [target.length, part]) {
      const thing = end > 0 ? this.code(target.slice(0, end)) : -1;
      if (thing > 0 && this.isThing(thing)) return this.name(thing) + (end < target.length ? ` (${this.word(target.slice(end + 1))})` : "");
    }
    const step = /^(\w+)#(\d+)(?:\.(\w+))?$/.exec(id);
    if (step) return this.step(step[1], step[2], step[3] ?? "") || id;
    return id.split(",").map((part) => this.word(part)).join(this.app.language === "zh" ? "、" : ", ");
  }

  /** A run of a procedure or a step of it by its name in words: `Replace the PDU (pdu_fault#1)`. */
  private step(procedure: string, number: string, step: string): string {
    const row = step ? this.data.rowOfId("procedure_step", `${procedure}.${step}`) : -1;
    const name = this.app.name({ en: String(this.at("procedure_step", row, "name_en")), zh: String(this.at("procedure_step", row, "name")) });
    const run = `${this.procedure(procedure)} #${number}`;
    return step ? name && `${name} (${run})` : run;
  }

  /** A procedure by its title, else by its id as words. */
  procedure(id: string): string {
    const titles = this.packed.rooms?.procedures ?? {}, title = Object.hasOwn(titles, id) ? this.app.name(titles[id]) : "";
    return title || (this.word(id) === id ? id.replaceAll("_", " ") : this.word(id));
  }

  /** A word of the log, such as `first_disconnect`, or of the scenario in the language in use; itself where it is none. */
  word(id: string): string {
    const { word } = this.app.packed, { names } = this.packed;
    if (Object.hasOwn(names, id)) return this.app.name(names[id]);
    if (id === this.packed.about.policy && !Object.hasOwn(word ?? {}, id)) return this.app.name(this.packed.about.policy_name);
    return Object.hasOwn(word ?? {}, id) ? this.app._(word[id]) : id;
  }

  /** The sentence of a row with its placeholders; a part in brackets goes where it would be empty. */
  private say(row: number): string {
    const kind = this.app.packed.kinds[this.data.kind[row]], empty = { object: !this.text(this.data.object[row]), value: !Number.isFinite(this.data.value[row]) };
    return this.app._(kind.say).replace(/\s*[(（][^()（）]*\{(object|value)\}[^()（）]*[)）]/g, (aside, key: "object" | "value") => (empty[key] ? "" : aside));
  }

  private value(row: number): string {
    const value = this.data.value[row];
    return Number.isFinite(value) ? shown(this.app, value, this.app.packed.kinds[this.data.kind[row]].unit) : "";
  }

  /** A row as a sentence, names isolated; `link` makes what a thing is shown by. */
  sentence(row: number, link?: (name: number) => Child): Child[] {
    const show = (name: number): Child => {
      if (!this.packed.log.names[name]) return "";
      return link && this.isThing(name) ? link(name) : named(this.text(name), this.packed.log.names[name]);
    };
    const sent = this.app.packed.kinds[this.data.kind[row]].kind === "message.sent", told = sent ? this.message(row) : undefined, words = told ? this.app.name(told.message) : "", said = words ? [this.app.language === "zh" ? "：" : ": ", named(words)] : [];
    return [...fillNodes(this.say(row), {
      subject: show(this.data.subject[row]), object: show(this.data.object[row]), value: el("span", "value", this.value(row)),
    }), ...said];
  }

  /** The words for people of a row; undefined where it has none. */
  message(row: number): Message | undefined {
    this.messages ??= new Map(this.packed.messages.map((one) => [one.row, one]));
    return this.messages.get(row);
  }

  /** The same as plain text. */
  plain(row: number): string {
    return fill(this.say(row), { subject: this.text(this.data.subject[row]), object: this.text(this.data.object[row]), value: this.value(row) });
  }

  /** Number of rows up to a moment, it included. */
  rowsBy(t_ms: number): number {
    return this.data.rowsBy(t_ms);
  }

  /** The county of a thing, its depot's or its site's; empty where it has none. */
  county(name: number): string {
    const sort = this.sort(name);
    if (sort === "county") return this.packed.log.names[name];
    if (sort === "job") return this.county(this.data.siteOf[name]);
    const own = String(this.cell(name, "county"));
    if (own || !sort) return own;
    for (const by of ["depot", "site"]) {
      const row = this.data.rowOfId(by, String(this.cell(name, by)));
      if (row >= 0) return String(this.at(by, row, "county"));
    }
    return "";
  }

  /** The class of a thing's site; empty where it has none. */
  siteClass(name: number): string {
    if (this.sort(name) === "job") return this.siteClass(this.data.siteOf[name]);
    return this.sort(name) === "site" ? String(this.cell(name, "site_class")) : "";
  }

  /** The latest row of some kinds about a name up to a moment, -1 for none. */
  latest(name: number, t_ms: number, fits: (kind: string, row: number) => boolean): number {
    const rows = this.byName.of(name), kinds = this.app.packed.kinds;
    for (let at = rows.length - 1; at >= 0; at--) {
      const row = rows[at];
      if (this.data.t_ms[row] <= t_ms && fits(kinds[this.data.kind[row]].kind, row)) return row;
    }
    return -1;
  }

  /** Whether a name is a job that is still to come, which trainer's mode does not give away. */
  ahead(name: number): boolean {
    const { clock, trainer } = this.app, [first] = trainer && name >= 0 && this.isJob(name) ? this.byName.of(name) : [];
    return first !== undefined && this.data.t_ms[first] > clock.now_ms;
  }

  /** Whether the desk sees a row. */
  desk(row: number): boolean {
    return this.app.packed.kinds[this.data.kind[row]].desk;
  }
}

const stories = new WeakMap<App, Story[]>();

/** The stories of a page's runs. */
export function storiesOf(app: App): Story[] {
  let found = stories.get(app);
  if (!found) {
    found = app.runs.map((data, run) => new Story(app, run, data));
    stories.set(app, found);
  }
  return found;
}

/** The story of what is chosen, or of the first run. */
export function storyOf(app: App, run = app.chosen?.run ?? 0): Story {
  return storiesOf(app)[run] ?? storiesOf(app)[0];
}
