/** What is so of a thing at a moment: its state, and rows that say more. */

import type { App } from "./app";
import { after, type Track } from "./data";
import { tone } from "./looks";
import { plainly } from "./palette";
import type { Story } from "./story";
import { lasting, shown } from "./units";

export interface State {
  tone: "bad" | "warn" | "good";
  text: string;
}

/** Rows that say little about a thing's state; the latest other row is what its `why` is asked of. */
const QUIET = /^(desk\.|battery\.|crew\.leg|power\.load|row\.|rack\.|snow\.|air\.|person\.|site\.source|device\.feeds|ups\.|service\.(delay|loss)|generator\.watched|run\.)/;

/** The state of each `who` of a track at a moment, by bisection of its own changes. */
class ByWho {
  private readonly from: Uint32Array;
  private readonly rows: Uint32Array;

  constructor(private readonly track: Track) {
    let most = 0;
    for (const who of track.who) most = Math.max(most, who + 1);
    this.from = new Uint32Array(most + 1);
    for (const who of track.who) this.from[who + 1]++;
    for (let who = 0; who < most; who++) this.from[who + 1] += this.from[who];
    const next = this.from.slice();
    this.rows = new Uint32Array(track.who.length);
    for (let row = 0; row < track.who.length; row++) this.rows[next[track.who[row]]++] = row;
  }

  /** The state, and since when; `since` is 0 from the start. */
  at(who: number, t_ms: number): { state: number; since_ms: number } {
    const from = this.from[who] ?? 0, end = this.from[who + 1] ?? from;
    let at = end;
    while (at > from && this.track.t_ms[this.rows[at - 1]] > t_ms) at--;
    if (at > from) return { state: this.track.after[this.rows[at - 1]], since_ms: this.track.t_ms[this.rows[at - 1]] };
    return { state: end > from ? this.track.before[this.rows[from]] : 0, since_ms: 0 };
  }
}

const kept = new WeakMap<object, ByWho>();

export function byWho(track: Track): ByWho {
  let found = kept.get(track);
  if (!found) kept.set(track, (found = new ByWho(track)));
  return found;
}

const boxTracks = new WeakMap<Story, Track>();

/** The track of the boxes of the machine room's diagram. */
export function boxTrack(story: Story): Track | null {
  if (!story.packed.rooms) return null;
  let found = boxTracks.get(story);
  if (!found) boxTracks.set(story, (found = story.data.changes(story.packed.rooms.boxes)));
  return found;
}

/** A state of a machine room in words; "cooling" alone is the cause of an outage elsewhere. */
export function roomState(app: App, state: string): string {
  return state === "cooling" ? app._("runs, cooling") : app._(state);
}

/** What to say of a thing's state now; in trainer's mode what the desk knows. */
export function statesOf(app: App, story: Story, name: number, t_ms: number): State[] {
  const sort = story.sort(name), row = story.data.rowOf[name], found: State[] = [];
  const add = (word: string, since_ms = 0, said = app._(word).replaceAll("_", " ")): void => {
    const since = since_ms > 0 && t_ms - since_ms >= 1000 ? ` · ${app._("for")} ${lasting(app, t_ms - since_ms)}` : "";
    found.push({ tone: tone(word), text: said + since });
  };
  if (sort === "site") {
    const { state, since_ms } = byWho(story.data.track(app.trainer ? "known" : "sites")).at(row, t_ms);
    add((app.trainer ? app.packed.known_states : app.packed.site_states)[state] ?? "", since_ms);
    if (!app.trainer) found.push(...battery(app, story, name, t_ms));
  } else if ((sort === "feeder" || sort === "link") && !app.trainer) {
    const { state, since_ms } = byWho(story.data.track(sort === "feeder" ? "feeders" : "links")).at(row, t_ms);
    const words = sort === "feeder" ? [app._("live"), app._("dead")] : [app._("whole"), app._("cut")];
    add(state ? "dead" : "live", since_ms, words[state] ?? "");
  } else if (sort === "crew" || sort === "generator" || sort === "loader") {
    const ways = story.data.ways(`${sort}s`), from = ways.from[row], count = after(ways.t_ms.subarray(from, ways.from[row + 1]), t_ms);
    const names = sort === "generator" ? app.packed.generator_states : app.packed.crew_states;
    if (ways.from[row + 1] > from) add(plainly(names[ways.state[from + Math.max(count - 1, 0)]] ?? "", app.trainer));
  } else if (story.packed.rooms && !app.trainer) {
    const box = story.packed.rooms.diagram.boxes.findIndex((one) => one.name === story.packed.log.names[name]), track = boxTrack(story);
    if (box >= 0 && sort !== "rack" && track) {
      const { state, since_ms } = byWho(track).at(box, t_ms);
      add(app.packed.room_states[state] ?? "", since_ms, roomState(app, app.packed.room_states[state] ?? ""));
    }
  }
  return found;
}

/** The charge of a site's battery, straight between its rows. */
function battery(app: App, story: Story, name: number, t_ms: number): State[] {
  const rows = [...story.byName.of(name)].filter((row) => app.packed.kinds[story.data.kind[row]].kind === "battery.level");
  const { t_ms: times, value } = story.data, next = rows.findIndex((row) => times[row] > t_ms);
  const last = next < 0 ? rows.length - 1 : next - 1;
  if (last < 0) return [];
  const from = rows[last], to = next < 0 ? from : rows[next], lasts = times[to] - times[from];
  const level = value[from] + (lasts > 0 ? ((value[to] - value[from]) * (t_ms - times[from])) / lasts : 0);
  return [{ tone: level < 0.2 ? "bad" : level < 0.6 ? "warn" : "good", text: `${app._("battery")} ${shown(app, Math.round(level * 100) / 100, "share")}` }];
}

/** The latest row that says what happened to a thing, of those that may be seen; -1 for none. */
export function tellingRow(app: App, story: Story, name: number, t_ms: number): number {
  const fits = (kind: string, row: number): boolean => (app.trainer ? story.desk(row) : !QUIET.test(kind));
  const subject = story.latest(name, t_ms, (kind, row) => fits(kind, row) && story.data.subject[row] === name);
  if (subject >= 0) return subject;
  const object = story.latest(name, t_ms, fits);
  return object >= 0 ? object : story.latest(name, t_ms, (kind, row) => kind.startsWith("desk.") && (!app.trainer || story.desk(row)));
}
