/** One run's map: its layers, and what lies under a point of it. */

import type { App } from "./app";
import { TrackCursor } from "./cursor";
import { NO_SORT, type Numbers, type RunData } from "./data";
import { drawGround, drawLabels } from "./ground";
import { Movers, type Target } from "./movers";
import { plainly, siteLook } from "./palette";
import { Frame, type Plane, type View } from "./plane";
import { Grid, Scene } from "./scene";
import { SiteLayer } from "./site_layer";

/** While time moves, the still part is drawn anew at most this often. */
const GROUND_EVERY_MS = 200;

export class MapPane {
  readonly box: HTMLElement;
  readonly data: RunData;
  readonly scene: Scene;
  readonly movers: Movers;
  readonly feeders: TrackCursor;
  readonly links: TrackCursor;
  readonly roads: TrackCursor;
  readonly snowed: boolean;
  private readonly truth: TrackCursor;
  private readonly known: TrackCursor;
  private readonly layers: HTMLCanvasElement[];
  private readonly siteLayer: SiteLayer;
  private readonly siteGrid: Grid;
  private readonly cm: Numbers | null;
  private frame: Frame;
  private viewed = true;
  private groundStale = true;
  private labelsStale = true;
  private groundDrawn_ms = 0;
  private step = -1;

  constructor(
    private readonly app: App,
    readonly run: number,
    plane: Plane,
    readonly view: View,
  ) {
    this.data = app.runs[run];
    this.scene = new Scene(this.data, plane);
    this.movers = new Movers(this.scene, { crew: app.packed.crew_states, generator: app.packed.generator_states });
    const cursor = (name: "sites" | "known" | "feeders" | "links" | "roads", sort: string): TrackCursor =>
      new TrackCursor(this.data.track(name), this.data.count(sort));
    this.truth = cursor("sites", "site");
    this.known = cursor("known", "site");
    this.feeders = cursor("feeders", "feeder");
    this.links = cursor("links", "link");
    this.roads = cursor("roads", "road_edge");
    const { snow } = this.data.packed.tracks;
    this.snowed = snow !== null;
    this.cm = snow ? this.data.column(snow.cm) : null;
    this.box = document.createElement("div");
    this.box.className = "pane";
    this.layers = [0, 1, 2, 3].map(() => document.createElement("canvas"));
    this.box.append(...this.layers);
    this.siteLayer = new SiteLayer(this.layers[1], this.scene.sites, this.scene.hub);
    this.siteGrid = new Grid(this.scene.sites.x, this.scene.sites.y, 0.05);
    this.frame = new Frame(view, 1, 1, 1);
  }

  /** States of sites as they are shown: the truth, or what the desk knows. */
  get sites(): TrackCursor {
    return this.app.trainer ? this.known : this.truth;
  }

  get width(): number {
    return this.frame.width;
  }

  get height(): number {
    return this.frame.height;
  }

  /** Takes the size of its box; whether that has changed. */
  resize(): boolean {
    const { clientWidth: width, clientHeight: height } = this.box, dots = Math.min(Math.max(window.devicePixelRatio || 1, 1), 2);
    if (width === this.frame.width && height === this.frame.height && dots === this.frame.dots) return false;
    for (const layer of this.layers) {
      layer.width = Math.max(Math.round(width * dots), 1);
      layer.height = Math.max(Math.round(height * dots), 1);
    }
    this.frame = new Frame(this.view, width, height, dots);
    this.stale();
    return true;
  }

  /** All is to be drawn anew: the view, the mode or the language is another. */
  stale(): void {
    this.viewed = this.groundStale = this.labelsStale = true;
  }

  /** Draws the present, as little of it as has changed; whether something is left to be drawn soon. */
  draw(): boolean {
    const { app } = this, now_ms = app.clock.now_ms;
    if (this.frame.width < 2) return false;
    this.seek(now_ms);
    const time_ms = performance.now();
    if (this.viewed) this.frame = this.viewNow();
    if (this.groundStale && (this.viewed || time_ms - this.groundDrawn_ms > GROUND_EVERY_MS)) {
      this.groundDrawn_ms = time_ms;
      this.groundStale = false;
      drawGround(pen(this.layers[0]), this.frame, this.scene, this.ground());
    }
    const states = app.trainer ? app.packed.known_states : app.packed.site_states;
    if (this.viewed) this.siteLayer.draw(this.frame, this.sites.state, states.map(siteLook));
    else this.siteLayer.update(this.sites.state, this.sites.touched, this.sites.changed);
    if (this.labelsStale) drawLabels(pen(this.layers[3]), this.frame, this.scene, app);
    this.viewed = this.labelsStale = false;
    this.movers.draw(pen(this.layers[2]), this.frame, now_ms, this.chosen(), app.trainer);
    return this.groundStale;
  }

  /** The view as it is now, also where nothing has been drawn of it yet. */
  private viewNow(): Frame {
    return new Frame(this.view, this.frame.width, this.frame.height, this.frame.dots);
  }

  private seek(now_ms: number): void {
    const { snow } = this.data.packed.tracks;
    this.truth.seek(now_ms);
    this.known.seek(now_ms);
    const lines = this.feeders.seek(now_ms) + this.links.seek(now_ms) + this.roads.seek(now_ms);
    const step = snow ? Math.min(Math.floor(now_ms / snow.every_ms), snow.steps - 1) : 0;
    if (lines || step !== this.step) this.groundStale = true;
    this.step = step;
    this.movers.seek(now_ms);
  }

  private ground(): Parameters<typeof drawGround>[3] {
    if (this.app.trainer) return { snow: null, closed: null, cut: null, dead: null };
    const edges = this.data.count("road_edge"), from = this.step * edges;
    const snow = this.cm ? this.cm.subarray(from, from + edges) : null;
    return { snow, closed: this.roads.state, cut: this.links.state, dead: this.feeders.state };
  }

  /** What is chosen in this run, as a thing with a place. */
  chosen(): Target | null {
    const { chosen } = this.app;
    if (!chosen || chosen.name < 0) return null;
    const name = chosen.run === this.run ? chosen.name : this.data.codeOf(this.app.runs[chosen.run].nameOf(chosen.name));
    return this.targetOf(name);
  }

  private targetOf(name: number): Target | null {
    if (name < 0) return null;
    const site = this.data.siteOf[name], sort = this.data.sortOf[name];
    if (sort !== NO_SORT) return { sort: this.app.packed.sorts[sort], row: this.data.rowOf[name] };
    return site > 0 ? this.targetOf(site) : null;
  }

  /** Brings what is chosen into view where it is outside or the map is far away from it. */
  show(): void {
    const target = this.chosen(), frame = this.viewNow(), place = target && this.movers.place(frame, target);
    const { nearness, scale } = this.view, edge = nearness > 1 ? 40 : 0;
    if (!place || frame.sees(place[0], place[1], place[0], place[1], -edge)) return;
    this.view.centre(this.view.x + (place[0] - this.width / 2) / scale, this.view.y + (place[1] - this.height / 2) / scale);
  }

  /** What is to stay where it is when the map comes nearer, pixels from the middle: the chosen thing where it is in sight. */
  focus(): [number, number] {
    const target = this.chosen(), frame = this.viewNow(), place = target && this.movers.place(frame, target);
    return place && frame.sees(...place, ...place, 0) ? [place[0] - this.width / 2, place[1] - this.height / 2] : [0, 0];
  }

  /** The thing at a point (pixels), null where there is none. */
  at(x: number, y: number): Target | null {
    const { drawn } = this.movers;
    for (let at = drawn.length - 1; at >= 0; at--) if (Math.hypot(drawn[at].x - x, drawn[at].y - y) < 8) return drawn[at];
    const { scene, frame, view } = this, reach = 9 / view.scale;
    const wx = view.x + (x - frame.width / 2) / view.scale, wy = view.y + (y - frame.height / 2) / view.scale;
    let best = -1, least = Infinity;
    const looks = (this.app.trainer ? this.app.packed.known_states : this.app.packed.site_states).map(siteLook);
    this.siteGrid.within(wx - reach, wy - reach, wx + reach, wy + reach, (row) => {
      const away = Math.hypot(scene.sites.x[row] - wx, scene.sites.y[row] - wy);
      const weighed = away - (looks[this.sites.state[row]]?.rank ?? 0) * reach * 0.1;
      if (away > reach || weighed >= least) return;
      least = weighed;
      best = row;
    });
    if (best >= 0) return { sort: "site", row: best };
    return this.nearest("depot", scene.depots, x, y + 13, 9) ?? (this.app.trainer ? null : this.offFeeder(x, y));
  }

  private offFeeder(x: number, y: number): Target | null {
    const found = this.nearest("feeder", this.scene.feeders, x, y, 7);
    return found && this.feeders.state[found.row] ? found : null;
  }

  private nearest(sort: string, points: { x: Float64Array; y: Float64Array }, x: number, y: number, reach: number): Target | null {
    let best = -1, least = reach;
    for (let row = 0; row < points.x.length; row++) {
      const away = Math.hypot(this.frame.px(points.x[row]) - x, this.frame.py(points.y[row]) - y);
      if (away < least) [least, best] = [away, row];
    }
    return best < 0 ? null : { sort, row: best };
  }

  /** What a thing is called, and what it does now. */
  told({ sort, row }: Target): [name: string, state: string] {
    const { app, data } = this;
    const id = String(data.cell(sort, row, "id") ?? ""), zh = String(data.cell(sort, row, "name") ?? ""), en = String(data.cell(sort, row, "name_en") ?? "");
    const name = (app.language === "zh" ? zh || en : en) || id;
    const states = app.packed, { movers } = this;
    const hidden = (state: string): string => plainly(state, app.trainer);
    const state =
      sort === "site" ? (app.trainer ? states.known_states : states.site_states)[this.sites.state[row]]
      : sort === "crew" ? hidden(states.crew_states[movers.crews.state[row]])
      : sort === "loader" ? hidden(states.crew_states[movers.loaders.state[row]])
      : sort === "generator" ? hidden(states.generator_states[movers.generators.state[row]])
      : "";
    const off = sort === "feeder" && this.feeders.state[row] > 0;
    return [name === id ? id : `${name} (${id})`, off ? app._("feeder off") : state ? app._(state) : ""];
  }
}

function pen(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext("2d")!;
}
