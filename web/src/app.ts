/** What the parts of the page share: the data, the clock, what is chosen. Parts know this and nothing of each other. */

import type { RunData } from "./data";
import type { Packed } from "./format";

export type Language = "en" | "zh";

/** A thing of a run by the number of its name in the log, or a row of the log. */
export interface Chosen {
  run: number;
  /** Index of `log.names`; -1 for none. */
  name: number;
  /** Row of the log; -1 for none. */
  row: number;
}

export interface Clock {
  readonly now_ms: number;
  readonly end_ms: number;
  readonly playing: boolean;
  /** Drill seconds a second. */
  readonly speed: number;
  play(): void;
  pause(): void;
  toggle(): void;
  /** 1 to 3,600. */
  setSpeed(speed: number): void;
  /** Goes to a moment, within the drill. */
  goTo(t_ms: number): void;
}

/** `t`: the clock moved (at most once a frame); the others say what has changed. */
export type News = "t" | "chosen" | "language" | "trainer" | "filters" | "playing";

export interface App {
  readonly packed: Packed;
  readonly runs: RunData[];
  readonly clock: Clock;
  readonly chosen: Chosen | null;
  readonly language: Language;
  readonly trainer: boolean;
  choose(chosen: Chosen | null): void;
  setLanguage(language: Language): void;
  setTrainer(on: boolean): void;
  /** Calls back whenever there is news of that sort, at most once in `every_ms` and then once more at the end; gives a function that ends it. */
  on(news: News, listener: () => void, every_ms?: number): () => void;
  tell(news: News): void;
  /** A message in the language in use. Literals inside `_()` are collected for the catalogue. */
  _(message: string): string;
  /** Names in the language in use. */
  name(names: { en: string; zh: string }): string;
  /** Wall clock of the place: `11-06 09:05`. */
  wall(t_ms: number): string;
  /** Hours since the start: `T+35:05`. */
  since(t_ms: number): string;
}
