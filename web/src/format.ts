/**
 * What the page is given: one block of bytes, deflated (zlib), in base64 inside `<script id="drill-data">`.
 *
 * The bytes: a little-endian u32 `n`, `n` bytes of JSON (`Packed`), zeros up to a multiple of 8, then the number columns, each of
 * which begins at a multiple of 8. A column stands in the JSON as `Column`; `at` counts bytes from the end of those zeros.
 * Times are whole milliseconds since the start of the drill, places degrees, WGS 84. Made by `sim/replay/pack.py`.
 */

/** Where a column lies. `delta`: each number is the difference to the one before. NaN means none. */
export interface Column {
  at: number;
  n: number;
  as: "u8" | "u16" | "u32" | "i32" | "f32" | "f64";
  delta?: true;
}

export interface Names {
  en: string;
  zh: string;
}

/** Columns of one sort of thing; every table has `id`. Texts of few different values are coded: `names[code[row]]`. */
export interface Items {
  n: number;
  columns: Record<string, string[] | Column | { names: string[]; code: Column }>;
}

/** Changes in time order that can be played forwards (`after`) and backwards (`before`). */
export interface Changes {
  t_ms: Column;
  who: Column;
  before: Column;
  after: Column;
}

/** Points in the order of `who`, then time; straight between two of the same `who`, still before the first and after the last. */
export interface Moves {
  t_ms: Column;
  who: Column;
  lon: Column;
  lat: Column;
  /** From this point on, an index of the list of states. */
  state: Column;
  /** Generators only: the crew that carries it from here on, -1 for none; then it is where the crew is. */
  carrier?: Column;
}

export interface Figure {
  kpi: string;
  /** The target's id in the plan, such as `O3`; empty for a figure without target. */
  id: string;
  say: Names;
  unit: string;
  better: "less" | "more" | "neither";
  /** Selection in words, such as `class A`; empty for all. */
  of: string;
  bound: number | null;
  comparison: "at_most" | "at_least" | null;
  /** The instant that the target speaks of; null: the end. */
  at_ms: number | null;
  /** As in the scorecard (`kpis.json` for figures without target); null where undefined. */
  final: number | null;
  met: boolean | null;
  /** What the scorecard would say if the drill had stopped at each of `figures_t_ms`; NaN where undefined. */
  values: Column;
}

export interface Bookmark {
  t_ms: number;
  /** Row of the log, -1 for none. */
  row: number;
  sort: "inject" | "message" | "level" | "warning" | "first_outage" | "last_outage" | "peak" | "question" | "procedure" | "expected";
  say: Names;
}

export interface Question {
  t_ms: number;
  ask: Names;
  note: Names;
}

/** Words for people, by row of the log (`message.sent`, `inject.fired`). */
export interface Message {
  row: number;
  message: Names;
  from: string;
  to: string;
  via: string;
  expect: Names;
  objective: string;
}

/** A single-line diagram: boxes and wires in units of its own, y downwards. */
export interface Diagram {
  width: number;
  height: number;
  boxes: { name: string; item: string; x: number; y: number; w: number; h: number; label: Names }[];
  /** `from` feeds `to`; the points are corners. */
  wires: { from: string; to: string; points: [number, number][] }[];
}

export interface Rooms {
  diagram: Diagram;
  /** `who` is a row of `diagram.boxes`; states index `room_states`. */
  boxes: Changes;
  /** `who` is a row of items.service; 0 up, 1 down. */
  services: Changes;
  /** Inlet temperatures of the rows of racks, straight between points; two points of one moment are a jump. `warmest_c`: of the warmest rack, null where no rack ever is warmer than its row. */
  rows: { id: string; name: Names; setpoint_c: number | null; warn_c: number | null; major_c: number | null; t_ms: Column; inlet_c: Column; warmest_c: Column | null }[];
  /** Titles of procedures by id; empty texts where they have none. */
  procedures: Record<string, Names>;
  /** Steps of procedures, in the order of their beginning; `end_ms` and `by_ms` null where there is none. */
  steps: { run: string; step: string; name: Names; who: string[]; start_ms: number; end_ms: number | null; by_ms: number | null; met: boolean | null; row: number }[];
}

export interface PackedRun {
  about: {
    scenario: string;
    title: Names;
    seed: number;
    policy: string;
    policy_name: Names;
    version: string;
    /** Wall clock of the place at the start, `2023-11-05T22:00:00`. */
    start: string;
    horizon_ms: number;
    log_digest: string;
    rows: number;
  };
  log: {
    names: string[];
    t_ms: Column;
    /** Index of `Packed.kinds`. */
    kind: Column;
    subject: Column;
    object: Column;
    value: Column;
    /** Row that brought it about, -1 for none. */
    cause: Column;
    /** For each name what it is: index of `Packed.sorts`, 255 for nothing of the inventory, and the row in that table. */
    sort_of: Column;
    row_of: Column;
    /** For each job (a name that `job.opened` has as subject) the name of its site; 0 for other names. */
    site_of: Column;
  };
  items: Record<string, Items>;
  tracks: {
    /** Truth, states index `site_states`. */
    sites: Changes;
    /** What the desk knows, states index `known_states`. */
    known: Changes;
    /** 0 live, 1 dead. */
    feeders: Changes;
    /** 0 whole, 1 cut. */
    links: Changes;
    /** 0 open, 1 closed; `who` is a row of items.road_edge. */
    roads: Changes;
    /** Snow on each road edge at every `every_ms`, whole centimetres: `cm[step * edges + edge]`. */
    snow: { every_ms: number; steps: number; cm: Column } | null;
    crews: Moves;
    loaders: Moves;
    generators: Moves;
  };
  /** Stations out over time, steps: by cause, distinct so far, and sites without mains. `known`: stations the desk knows out. */
  curve: { t_ms: Column; causes: string[]; out: Column[]; ever: Column; known: Column; without_mains: Column };
  figures_t_ms: Column;
  figures: Figure[];
  bookmarks: Bookmark[];
  questions: Question[];
  messages: Message[];
  /** What the scenario calls its ids and words. */
  names: Record<string, Names>;
  rooms: Rooms | null;
}

export interface Packed {
  format: 1;
  lang: "en" | "zh";
  /** English → Chinese of every message of the page and of all words of the log (kinds, causes, states, items). */
  words: Record<string, string>;
  /** Code of the log → English, such as `first_disconnect`; its Chinese is in `words`. */
  word: Record<string, string>;
  /** Unit of a figure → English, where it is not written as it is; its Chinese is in `words`. */
  units: Record<string, string>;
  /** Units of counts behind a one, in English. */
  one: Record<string, string>;
  kinds: {
    kind: string;
    /** A sentence with {subject}, {object} and {value}, English; its Chinese is in `words`. */
    say: string;
    /** What it belongs to, for filters: index of `groups`. */
    group: number;
    unit: string;
    /** Whether the desk sees it: its own orders and what it is told. */
    desk: boolean;
  }[];
  /** English; Chinese in `words`. */
  groups: string[];
  sorts: string[];
  site_states: string[];
  known_states: string[];
  crew_states: string[];
  generator_states: string[];
  room_states: string[];
  /** One run, or two side by side. */
  runs: PackedRun[];
}
