/** The page's `App`: what parts share, and who is told of what. */

import type { App, Chosen, Language, News } from "./app";
import { Player } from "./clock";
import { RunData, type Unpacked } from "./data";
import type { Packed } from "./format";

const MINUTE_MS = 60_000, HOUR_MS = 3_600_000;

export class Page implements App {
  readonly packed: Packed;
  readonly runs: RunData[];
  readonly clock: Player;
  chosen: Chosen | null = null;
  language: Language;
  trainer = false;
  private readonly listeners = new Map<News, Set<() => void>>();
  private readonly start_ms: number;

  constructor({ packed, column }: Unpacked) {
    this.packed = packed;
    this.runs = packed.runs.map((_run, index) => new RunData(packed, index, column));
    this.language = packed.lang;
    this.start_ms = Date.parse(`${packed.runs[0].about.start}Z`);
    const end_ms = Math.max(...packed.runs.map((run) => run.about.horizon_ms));
    this.clock = new Player(end_ms, () => this.tell("t"), () => this.tell("playing"));
  }

  choose(chosen: Chosen | null): void {
    this.chosen = chosen;
    this.tell("chosen");
  }

  setLanguage(language: Language): void {
    if (language === this.language) return;
    this.language = language;
    this.tell("language");
  }

  setTrainer(on: boolean): void {
    if (on === this.trainer) return;
    this.trainer = on;
    this.tell("trainer");
  }

  on(news: News, listener: () => void, every_ms = 0): () => void {
    const all = this.listeners.get(news) ?? new Set(), called = every_ms > 0 ? seldom(listener, every_ms) : listener;
    this.listeners.set(news, all.add(called));
    return () => all.delete(called);
  }

  tell(news: News): void {
    for (const listener of [...(this.listeners.get(news) ?? [])]) listener();
  }

  _(message: string): string {
    return this.language === "zh" ? (Object.hasOwn(this.packed.words, message) ? this.packed.words[message] : "") || message : message;
  }

  name(names: { en: string; zh: string }): string {
    return this.language === "zh" ? names.zh || names.en : names.en || names.zh;
  }

  wall(t_ms: number): string {
    const told = new Date(Math.round((this.start_ms + t_ms) / MINUTE_MS) * MINUTE_MS);
    return Number.isNaN(told.getTime()) ? this.since(t_ms) : told.toISOString().slice(5, 16).replace("T", " ");
  }

  since(t_ms: number): string {
    const minutes = Math.round(t_ms / MINUTE_MS);
    return `T+${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  }

  /** A moment that somebody typed: `11-06 17:00`, `2023-11-06 17:00`, `17:00` (the next one), `T+35`, `+35`, `T+35:30`, `35.5h`; null where it is none. */
  moment(text: string): number | null {
    const typed = text.trim().replace("：", ":").toUpperCase();
    const since = /^(?:T\s*\+?\s*|\+\s*)?(\d+(?:\.\d+)?)\s*H?$/.exec(typed) ?? /^(?:T\s*\+?|\+)\s*(\d+):([0-5]?\d)$/.exec(typed);
    if (since) return within((Number(since[1]) + Number(since[2] ?? 0) / 60) * HOUR_MS, this.clock.end_ms);
    const wall = /^(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2}))?$/.exec(typed);
    if (wall) {
      const [year, month, day, hour, minute] = wall.slice(1).map((part) => Number(part ?? 0));
      if (hour > 23 || minute > 59) return null;
      const first = new Date(this.start_ms).getUTCFullYear();
      for (const one of year ? [year] : [first, first + 1]) {
        const t_ms = within(Date.UTC(one, month - 1, day, hour, minute) - this.start_ms, this.clock.end_ms);
        if (t_ms !== null) return t_ms;
      }
      return null;
    }
    const short = /^(\d{1,3}):(\d{2})$/.exec(typed);
    if (!short || Number(short[2]) > 59) return null;
    const of_day_ms = (Number(short[1]) * 60 + Number(short[2])) * 60_000, day_ms = 24 * HOUR_MS;
    if (of_day_ms >= day_ms) return within(of_day_ms, this.clock.end_ms);
    const first_ms = (of_day_ms - (this.start_ms % day_ms) + day_ms) % day_ms;
    const next_ms = first_ms + Math.max(Math.floor((this.clock.now_ms - first_ms) / day_ms) + 1, 0) * day_ms;
    return within(next_ms, this.clock.end_ms) ?? within(first_ms, this.clock.end_ms);
  }
}

function within(t_ms: number, end_ms: number): number | null {
  return t_ms >= 0 && t_ms <= end_ms ? Math.round(t_ms) : null;
}

/** Calls at once where the last call is long ago, else when it is. */
function seldom(listener: () => void, every_ms: number): () => void {
  let last_ms = -Infinity, timer = 0;
  const call = (): void => {
    timer = 0;
    last_ms = performance.now();
    listener();
  };
  return () => {
    const wait_ms = last_ms + every_ms - performance.now();
    if (timer) return;
    if (wait_ms <= 0) call();
    else timer = window.setTimeout(call, wait_ms);
  };
}
