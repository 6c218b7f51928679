/** The event feed: rows of the log up to now that the filters let through, newest at the top. */

import type { App } from "./app";
import { el, fill, fillWith, named, typing } from "./element";
import { mountFilters } from "./feed_filters";
import { filtersOf } from "./filters";
import { badge, groupName } from "./looks";
import { digits } from "./units";

const ROW_PX = 30;
const SPARE = 4;

interface Line {
  element: HTMLElement;
  row: number;
}

/** Only the lines in sight exist; the rest of the list is its height. */
class Feed {
  private readonly list = el("div", "feed-list");
  private readonly inside = el("div", "feed-inside");
  private readonly count = el("span", "count");
  private readonly more = el("button", "feed-newer");
  private lines: Line[] = [];
  private shown = -1;
  private cursor = -1;

  constructor(
    private readonly app: App,
    into: HTMLElement,
  ) {
    const head = el("div", "feed-head"), title = el("h2");
    into.classList.add("panel", "feed");
    fillWith(into, head, this.list);
    head.append(title, this.count);
    const choices = el("div", "feed-filters");
    into.insertBefore(choices, this.list);
    mountFilters(app, choices);
    this.more.type = "button";
    into.append(this.more);
    this.list.append(this.inside);
    this.list.tabIndex = 0;
    this.list.setAttribute("role", "listbox");
    this.list.addEventListener("scroll", () => this.draw());
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.inside.addEventListener("click", (event) => this.click(event));
    this.more.addEventListener("click", () => (this.list.scrollTop = 0));
    const words = (): void => {
      title.textContent = app._("Events");
      this.list.setAttribute("aria-label", app._("Events up to now, newest first"));
      this.again();
    };
    app.on("language", words);
    for (const news of ["filters", "trainer"] as const) app.on(news, () => this.again());
    app.on("t", () => this.draw(), 120);
    app.on("chosen", () => this.chosen());
    new ResizeObserver(() => this.draw()).observe(this.list);
    words();
  }

  /** Everything anew: other rows, or other words. */
  private again(): void {
    for (const line of this.lines) line.element.remove();
    this.lines = [];
    this.shown = this.cursor = -1;
    this.list.scrollTop = 0;
    this.draw();
  }

  private draw(): void {
    const filters = filtersOf(this.app), rows = filters.rows(), count = filters.count(this.app.clock.now_ms);
    if (count !== this.shown) this.counted(count, rows.length);
    const first = Math.max(Math.floor(this.list.scrollTop / ROW_PX) - SPARE, 0);
    const last = Math.min(first + Math.ceil(this.list.clientHeight / ROW_PX) + 2 * SPARE, count);
    const wanted = new Map<number, number>();
    for (let place = first; place < last; place++) wanted.set(rows[count - 1 - place], place);
    const kept: Line[] = [];
    for (const line of this.lines) {
      const place = wanted.get(line.row);
      if (place === undefined) {
        line.element.remove();
        continue;
      }
      line.element.style.transform = `translateY(${place * ROW_PX}px)`;
      wanted.delete(line.row);
      kept.push(line);
    }
    for (const [row, place] of wanted) kept.push({ row, element: this.line(row, place) });
    this.lines = kept;
  }

  private counted(count: number, all: number): void {
    const { list } = this, added = count - Math.max(this.shown, 0), reading = list.scrollTop > ROW_PX / 2 && this.shown >= 0;
    this.inside.style.height = `${count * ROW_PX}px`;
    if (reading) list.scrollTop = Math.max(list.scrollTop + added * ROW_PX, 0);
    this.shown = count;
    const hidden = this.app.trainer;
    this.count.textContent = fill(hidden ? this.app._("{count} known so far") : this.app._("{count} of {all}"), { count: digits(count), all: digits(all) });
    const { readings, kind } = filtersOf(this.app).now;
    this.count.title = readings || kind >= 0 ? "" : this.app._("Readings (levels, temperatures, depths of snow, stretches driven) are left out until they are asked for under Filters");
    this.more.textContent = this.app._("Back to the newest ↑");
    this.more.hidden = !reading;
    list.classList.toggle("empty", count === 0);
    list.dataset.empty = this.app._("No event yet that the filters let through");
  }

  private line(row: number, place: number): HTMLElement {
    const { app } = this, { story } = filtersOf(app), kind = app.packed.kinds[story.data.kind[row]];
    const made = el("div", "feed-row");
    made.id = `feed-${row}`;
    made.dataset.row = String(row);
    made.setAttribute("role", "option");
    made.style.transform = `translateY(${place * ROW_PX}px)`;
    const time = el("time", "", app.wall(story.data.t_ms[row]));
    time.title = app.since(story.data.t_ms[row]);
    const text = el("span", "say", ...story.sentence(row, (name) => named(story.name(name), story.packed.log.names[name])));
    text.title = groupName(app, app.packed.groups[kind.group]);
    made.append(time, badge(app.packed.groups[kind.group]), text);
    this.mark(made, row);
    this.inside.append(made);
    return made;
  }

  private mark(element: HTMLElement, row: number): void {
    const { chosen } = this.app;
    const mine = chosen !== null && chosen.row === row && chosen.run === filtersOf(this.app).now.run;
    element.classList.toggle("chosen", mine);
    element.classList.toggle("cursor", row === this.cursor);
    element.setAttribute("aria-selected", String(mine));
  }

  private chosen(): void {
    this.draw();
    for (const line of this.lines) this.mark(line.element, line.row);
  }

  private click(event: Event): void {
    const found = (event.target as HTMLElement).closest<HTMLElement>(".feed-row");
    if (found) this.choose(Number(found.dataset.row));
  }

  private choose(row: number): void {
    const { story, now } = filtersOf(this.app), name = story.data.subject[row], object = story.data.object[row];
    this.app.clock.pause();
    this.app.clock.goTo(story.data.t_ms[row]);
    this.app.choose({ run: now.run, name: story.isThing(name) ? name : story.isThing(object) ? object : -1, row });
  }

  /** Arrows, page and home keys move among the rows, Enter opens one. */
  private key(event: KeyboardEvent): void {
    if (typing(event)) return;
    const filters = filtersOf(this.app), rows = filters.rows(), count = this.shown;
    const page = Math.max(Math.floor(this.list.clientHeight / ROW_PX) - 1, 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
    const at = this.cursor < 0 ? -1 : count - 1 - lowerIndex(rows, this.cursor);
    if (event.key === "Enter" && this.cursor >= 0) this.choose(this.cursor);
    else if (event.key in steps && count > 0) this.moveTo(Math.min(Math.max(at + steps[event.key], 0), count - 1), rows, count);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private moveTo(place: number, rows: Uint32Array, count: number): void {
    this.cursor = rows[count - 1 - place];
    const top = place * ROW_PX, { list } = this;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW_PX > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_PX - list.clientHeight;
    this.draw();
    for (const line of this.lines) this.mark(line.element, line.row);
    list.setAttribute("aria-activedescendant", `feed-${this.cursor}`);
  }
}

function lowerIndex(rows: Uint32Array, row: number): number {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function mountFeed(app: App, element: HTMLElement): void {
  new Feed(app, element);
}
