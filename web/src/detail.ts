/** What is chosen: its state now, why it is so, what belongs to it, its facts and its history; and a search for things. */

import type { App } from "./app";
import { button, el, fill, fillWith, named, type Child } from "./element";
import { facts, sortName } from "./facts";
import { addressOf } from "./link";
import { TONES } from "./looks";
import { mountSearch } from "./search";
import { statesOf, tellingRow } from "./states";
import { storiesOf, type Story } from "./story";
import { whyLadder } from "./why";

const MOST_ROWS = 300;
const EVERY_MS = 400;
const HOUR_MS = 3_600_000;

class Detail {
  private readonly body = el("div", "detail-body");
  private readonly state = el("div", "states");
  private readonly why = el("div", "why");
  private readonly related = el("p", "related");
  private readonly history = el("ol", "history");
  private open = false;
  private key = "";
  private due = 0;
  private ahead = false;

  constructor(
    private readonly app: App,
    element: HTMLElement,
  ) {
    element.classList.add("panel", "detail");
    const search = el("div", "search");
    element.append(search, this.body);
    mountSearch(app, search);
    for (const news of ["chosen", "language", "trainer"] as const) app.on(news, () => this.build());
    app.on("t", () => this.soon());
    this.build();
  }

  private get story(): Story {
    return storiesOf(this.app)[this.app.chosen?.run ?? 0];
  }

  /** Anew from the ground: another thing, or other words. */
  private build(): void {
    const { app, story } = this, { chosen } = app;
    this.key = "";
    if (!chosen || (chosen.name < 0 && chosen.row < 0)) {
      fillWith(this.body, el("p", "note", app._("Click a site, a crew, a generator or an event, or search by name: here is its history and why it is so.")));
      return;
    }
    this.ahead = story.ahead(chosen.name);
    if (this.ahead) {
      fillWith(this.body, el("p", "note", app._("The desk has heard nothing of it so far.")));
      return;
    }
    const { name } = chosen, sort = story.sort(name);
    const word = sortName(app, sort), heading = name >= 0 ? named(story.text(name), story.packed.log.names[name]) : app._("event");
    const copy = button("copy", app._("copy link"), () => void this.copy(copy));
    copy.title = app._("A link that opens this page at this moment, with this chosen");
    const close = button("close", "×", () => app.choose(null));
    close.setAttribute("aria-label", app._("Close"));
    const letter = app.runs.length > 1 && el("span", `letter letter-${"AB"[chosen.run]}`, "AB"[chosen.run]);
    const title = el("h2", "", letter, sort && el("small", "", word), heading);
    const more = el("details", "more", el("summary", "", app._("Facts")), sort && sort !== "job" ? facts(app, story, name, (one) => this.link(one)) : this.jobFacts(name));
    more.open = this.open;
    more.addEventListener("toggle", () => (this.open = more.open));
    fillWith(
      this.body, el("div", "detail-head", title, copy, close), this.state, this.why, this.related, story.isThing(name) && more,
      name >= 0 && el("h3", "", app._("History")), name >= 0 && this.history,
    );
    this.draw();
  }

  private jobFacts(name: number): HTMLElement {
    const { app, story } = this, made = el("dl", "facts");
    const opened = story.latest(name, Infinity, (kind) => kind === "job.opened");
    made.append(el("dt", "", app._("site")), el("dd", "", this.link(story.data.siteOf[name])));
    const deadline_h = opened >= 0 ? story.data.value[opened] : NaN;
    if (Number.isFinite(deadline_h)) made.append(el("dt", "", app._("deadline")), el("dd", "", `${app.wall(deadline_h * HOUR_MS)} (${app.since(deadline_h * HOUR_MS)})`));
    return made;
  }

  /** A thing that can be chosen. */
  private link(name: number): HTMLElement {
    const { app, story } = this;
    return button("thing", named(story.name(name), story.packed.log.names[name]), () => app.choose({ run: story.run, name, row: -1 }));
  }

  private soon(): void {
    if (!this.app.chosen || this.due) return;
    this.due = window.setTimeout(() => {
      this.due = 0;
      this.draw();
    }, this.app.clock.playing ? EVERY_MS : 16);
  }

  /** What changes with the time. */
  private draw(): void {
    const { app, story } = this, { chosen } = app, now = app.clock.now_ms;
    if (!chosen) return;
    if (story.ahead(chosen.name) !== this.ahead) return this.build();
    if (this.ahead) return;
    const states = statesOf(app, story, chosen.name, now);
    fillWith(this.state, ...states.map((one) => el("p", `state ${one.tone}`, el("span", "sign", TONES[one.tone]), one.text)));
    const row = this.rowNow(now), count = story.rowsBy(now), mine = story.byName.of(Math.max(chosen.name, 0));
    let seen = 0;
    for (const one of mine) if (one < count) seen++;
    const key = `${seen} ${row}`;
    if (key === this.key) return;
    this.key = key;
    fillWith(this.why, this.message(row), row >= 0 && el("h3", "", app._("Why")), row >= 0 && whyLadder(app, story, row));
    if (chosen.name >= 0) {
      this.drawRelated(chosen.name, count);
      this.drawHistory(mine, count, row);
    } else fillWith(this.related);
  }

  /** The words of a message, from whom to whom; what is expected of the trainees is not for their eyes. */
  private message(row: number): Child {
    const { app, story } = this, told = row >= 0 ? story.message(row) : undefined;
    if (!told) return null;
    const made = el("dl", "facts message");
    const add = (label: string, text: string): void => {
      if (text) made.append(el("dt", "", label), el("dd", "", named(text)));
    };
    add(app._("message"), app.name(told.message));
    add(app._("from whom"), story.word(told.from));
    add(app._("to whom"), story.word(told.to));
    add(app._("by way of"), story.word(told.via));
    if (!app.trainer) add(app._("expected"), app.name(told.expect));
    if (!app.trainer) add(app._("objective"), told.objective);
    return made;
  }

  /** The row whose causes are told: the chosen one if it has happened, else the latest that says something. */
  private rowNow(now: number): number {
    const { app, story } = this, { chosen } = app;
    if (!chosen) return -1;
    if (chosen.row >= 0 && story.data.t_ms[chosen.row] <= now && (!app.trainer || story.desk(chosen.row))) return chosen.row;
    return chosen.name >= 0 ? tellingRow(app, story, chosen.name, now) : -1;
  }

  /** Jobs, crews, generators and places that rows of late name together with it. */
  private drawRelated(name: number, count: number): void {
    const { app, story } = this, rows = story.byName.of(name), found = new Set<number>();
    if (story.isJob(name)) found.add(story.data.siteOf[name]);
    for (let at = rows.length - 1; at >= 0 && found.size < 8; at--) {
      const row = rows[at];
      if (row >= count || (app.trainer && !story.desk(row))) continue;
      for (const other of [story.data.subject[row], story.data.object[row]]) {
        const sort = story.sort(other);
        if (other !== name && sort && !/^(road_|weather_|county)/.test(sort)) found.add(other);
      }
    }
    const links = [...found].slice(0, 8).flatMap((other): Child[] => [" ", el("span", "with", el("small", "", sortName(app, story.sort(other))), this.link(other))]);
    fillWith(this.related, links.length > 0 && el("b", "", app._("With it")), ...links);
  }

  private drawHistory(mine: Uint32Array, count: number, row: number): void {
    const { app, story } = this;
    let rows = [...mine].filter((one) => !app.trainer || (one < count && story.desk(one)));
    const past = rows.filter((one) => one < count).length, left = Math.max(past - MOST_ROWS, 0);
    const cut = rows.length - left > MOST_ROWS + 100;
    rows = rows.slice(left, left + MOST_ROWS + 100);
    fillWith(this.history, left > 0 && el("li", "note", fill(app._("{count} earlier events are left out here; the feed has them all"), { count: left })));
    rows.forEach((one, at) => {
      if (at + left === past && at > 0) this.history.append(el("li", "now-line", `${app.wall(app.clock.now_ms)} · ${app._("now")}`));
      const press = button("", null, () => {
        app.clock.goTo(story.data.t_ms[one]);
        app.choose({ run: story.run, name: app.chosen?.name ?? -1, row: one });
      });
      press.append(el("time", "", app.wall(story.data.t_ms[one])), el("span", "say", ...story.sentence(one)));
      const item = el("li", one >= count ? "future" : "", press);
      if (one === row) item.classList.add("at");
      this.history.append(item);
    });
    if (cut) this.history.append(el("li", "note", app._("…")));
    if (!rows.length) this.history.append(el("li", "note", app.trainer ? app._("The desk has heard nothing of it so far.") : app._("No event names it.")));
  }

  /** Puts the address of this moment on the clipboard, or shows it to be copied by hand. */
  private async copy(from: HTMLButtonElement): Promise<void> {
    const { app } = this;
    const address = `${location.href.replace(/#.*$/, "")}${addressOf(app)}`;
    try {
      await navigator.clipboard.writeText(address);
      from.textContent = app._("copied");
    } catch {
      const field = el("input", "address");
      field.type = "text";
      field.readOnly = true;
      field.value = address;
      from.replaceWith(field);
      field.select();
    }
  }
}

export function mountDetail(app: App, element: HTMLElement): void {
  new Detail(app, element);
}
