/** What the signs of the map mean, with how many of each there are now. */

import type { App } from "./app";
import type { MapPane } from "./map_pane";
import type { WaysCursor } from "./cursor";
import { SNOW_STEPS } from "./ground";
import { BLUE, CREW_COLOURS, GENERATOR_COLOURS, ORANGE, PAPER, VERMILLION, drawShape, plainly, siteLook, type Shape } from "./palette";

/** Maps narrower than this begin with the legend closed. */
const NARROW_PX = 760;

type Count = (pane: MapPane) => number;

interface Line {
  cells: HTMLElement[];
  count: Count;
  shown: number[];
  /** Hidden while there are none. */
  row: HTMLElement;
}

export class Legend {
  private lines: Line[] = [];
  private readonly body: HTMLElement;
  private readonly box: HTMLDetailsElement;

  constructor(
    private readonly app: App,
    private readonly panes: MapPane[],
    element: HTMLElement,
  ) {
    this.box = document.createElement("details");
    this.box.className = "legend";
    this.box.open = element.clientWidth >= NARROW_PX * panes.length;
    this.body = document.createElement("div");
    this.box.append(document.createElement("summary"), this.body);
    element.append(this.box);
    this.build();
  }

  /** Makes it anew: another language, or trainer's mode. */
  build(): void {
    const { app } = this, { packed } = app;
    this.lines = [];
    this.body.replaceChildren();
    this.box.querySelector("summary")!.textContent = app._("Legend");
    if (this.panes.length > 1) this.letters();
    this.head(app.trainer ? app._("Sites as the desk knows them") : app._("Sites"));
    const states = app.trainer ? packed.known_states : packed.site_states;
    states.forEach((state, index) => {
      const { shape, colour, size } = siteLook(state);
      if (!this.occurs(app.trainer ? "known" : "sites", index)) return;
      this.line(sign(shape, colour, Math.max(size * 1.25, 2.5)), this.words(state), (pane) => pane.sites.counts[index]);
    });
    this.line(hubSign(), app._("ring: hub"), null);
    if (!app.trainer) this.lineSigns();
    this.movers();
    this.update();
  }

  /** Whether any run has a state at some time. */
  private occurs(track: "sites" | "known", state: number): boolean {
    return state < 3 || this.panes.some((pane) => pane.data.track(track).after.includes(state));
  }

  private words(state: string): string {
    const { app } = this, whole = app._(state), cause = /^out: (.*)$/.exec(state)?.[1];
    return whole === state && cause && app.language === "zh" ? `${app._("out")}：${app._(cause.replaceAll("_", " "))}` : whole.replaceAll("_", " ");
  }

  private lineSigns(): void {
    const { app } = this, any = (test: (pane: MapPane) => boolean): boolean => this.panes.some(test);
    this.head(app._("Lines"));
    if (any((pane) => pane.data.count("feeder") > 0)) this.line(stroke(ORANGE, [], 4), app._("feeders off"), (pane) => pane.feeders.counts[1]);
    if (any((pane) => pane.data.count("link") > 0)) this.line(stroke(BLUE, [2, 3], 2), app._("links cut"), (pane) => pane.links.counts[1]);
    if (any((pane) => pane.data.count("road_edge") > 0)) this.line(stroke(VERMILLION, [4, 3], 2.4), app._("roads closed"), (pane) => pane.roads.counts[1]);
    if (!any((pane) => pane.snowed)) return;
    const ramp = document.createElement("div");
    ramp.className = "ramp";
    for (const [from_cm, colour] of SNOW_STEPS) {
      const step = document.createElement("span");
      step.style.borderTopColor = colour;
      step.textContent = String(from_cm);
      ramp.append(step);
    }
    const words = document.createElement("span");
    words.textContent = app._("cm of snow on the road, from");
    this.body.append(words, ramp);
  }

  private movers(): void {
    const { app } = this, { packed } = app;
    const sorts: [Shape, string, string[], Record<string, string>, (pane: MapPane) => WaysCursor][] = [
      ["truck", app._("Crews"), packed.crew_states, CREW_COLOURS, (pane) => pane.movers.crews],
      ["loader", app._("Front loaders"), packed.crew_states, CREW_COLOURS, (pane) => pane.movers.loaders],
      ["generator", app._("Generators"), packed.generator_states, GENERATOR_COLOURS, (pane) => pane.movers.generators],
    ];
    for (const [shape, title, states, colours, of] of sorts) {
      if (!this.panes.some((pane) => of(pane).state.length)) continue;
      this.head(title);
      states.forEach((state, index) => {
        if (plainly(state, app.trainer) !== state || !this.panes.some((pane) => of(pane).ways.state.includes(index))) return;
        const counted = Uint8Array.from(states, (one) => Number(plainly(one, app.trainer) === state));
        const words = shape === "generator" && state === "standing by" ? app._("at a site, fixed or set down, not running") : app._(state);
        this.line(sign(shape, colours[state] ?? BLUE, 5), words, (pane) => of(pane).state.reduce((sum, one) => sum + counted[one], 0));
      });
    }
  }

  /** Which column of numbers is whose. */
  private letters(): void {
    const row = document.createElement("div"), rest = document.createElement("span");
    row.className = "entry";
    row.append(rest, ...this.panes.map(({ run }) => {
      const cell = document.createElement("b"), mark = document.createElement("span");
      mark.className = `letter letter-${"AB"[run]}`;
      mark.textContent = "AB"[run];
      cell.append(mark);
      return cell;
    }));
    this.body.append(row);
  }

  private head(text: string): void {
    const made = document.createElement("h3");
    made.textContent = text;
    this.body.append(made);
  }

  private line(mark: HTMLElement, text: string, count: Count | null): void {
    const row = document.createElement("div"), words = document.createElement("span");
    row.className = "entry";
    words.textContent = text;
    row.append(mark, words);
    const cells = count ? this.panes.map(() => document.createElement("b")) : [];
    row.append(...cells);
    this.body.append(row);
    if (count) this.lines.push({ cells, count, shown: cells.map(() => -1), row });
  }

  /** Pixels that it covers at the left of the map. */
  get width(): number {
    return this.box.open ? this.box.offsetLeft + this.box.offsetWidth : 0;
  }

  /** Brings the numbers up to now. */
  update(): void {
    for (const { cells, count, shown, row } of this.lines) {
      let any = 0;
      this.panes.forEach((pane, at) => {
        const now = count(pane);
        any += now;
        if (now === shown[at]) return;
        shown[at] = now;
        cells[at].textContent = now.toLocaleString("en");
      });
      row.classList.toggle("none", any === 0);
    }
  }
}

function picture(draw: (pen: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas"), dots = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = 18 * dots;
  canvas.height = 14 * dots;
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d")!;
  pen.scale(dots, dots);
  draw(pen);
  return canvas;
}

function sign(shape: Shape, colour: string, size: number): HTMLCanvasElement {
  return picture((pen) => {
    drawShape(pen, shape, 9, 7, size, colour);
    if (shape !== "generator") return;
    pen.font = "700 8px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = "#1f2328";
    pen.fillText("G", 9, 7.5);
  });
}

function hubSign(): HTMLCanvasElement {
  return picture((pen) => {
    drawShape(pen, "disc", 9, 7, 5.5, PAPER);
    drawShape(pen, "dot", 9, 7, 2, "#9aa5b1");
  });
}

function stroke(colour: string, dash: number[], width: number): HTMLCanvasElement {
  return picture((pen) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.globalAlpha = width === 4 ? 0.55 : 1;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(1, 7);
    pen.lineTo(17, 7);
    pen.stroke();
  });
}
