/** The time slider: curves of stations out, nights, bookmarks; click or drag to go to a moment. */

import type { App } from "./app";
import { Curve } from "./curve";
import type { Bookmark } from "./format";
import { nights } from "./night";
import { CAUSES, HATCHES } from "./palette";
import { drawAxes, drawKnown, drawMarks, drawNights, drawPair, drawStack, hatch, tOf, xOf, type Axes } from "./timeline_draw";

const STRIP = 34;
const REACH_PX = 6;

export function mountTimeline(app: App, element: HTMLElement): void {
  new Timeline(app, element);
}

class Timeline {
  private readonly canvas = document.createElement("canvas");
  private readonly hand = document.createElement("div");
  private readonly tip = document.createElement("div");
  private readonly key = document.createElement("div");
  private readonly plot = document.createElement("div");
  private readonly curves: Curve[];
  private readonly nights: [number, number][];
  private readonly start_ms: number;
  private axes: Axes = { width: 0, height: 0, end_ms: 1, most: 1, strip: 0 };
  private cells: { cell: HTMLElement; value: () => number }[] = [];

  constructor(
    private readonly app: App,
    element: HTMLElement,
  ) {
    this.curves = app.runs.map((run) => new Curve(run));
    this.start_ms = Date.parse(`${app.packed.runs[0].about.start}Z`);
    const mean = (column: string): number => {
      const all = [...app.runs[0].numbers("site", column)].filter(Number.isFinite);
      return all.reduce((sum, one) => sum + one, 0) / all.length;
    };
    this.nights = nights(this.start_ms, app.clock.end_ms, mean("lon"), mean("lat"));
    this.key.className = "curve-key";
    this.plot.className = app.runs.length > 1 ? "plot pair" : "plot";
    this.hand.className = "hand";
    this.tip.className = "tip";
    this.tip.hidden = true;
    this.plot.append(this.canvas, this.hand, this.tip);
    element.append(this.key, this.plot);
    this.plot.tabIndex = 0;
    this.plot.setAttribute("role", "slider");
    this.plot.setAttribute("aria-valuemin", "0");
    this.plot.setAttribute("aria-valuemax", String(app.clock.end_ms / 60_000));
    this.handle();
    this.words();
    app.on("t", () => this.now());
    for (const news of ["language", "trainer"] as const) app.on(news, () => (this.words(), this.draw()));
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.plot, dots = Math.max(window.devicePixelRatio || 1, 1);
    if (width < 2 || (width === this.axes.width && height === this.axes.height)) return;
    this.canvas.width = Math.round(width * dots);
    this.canvas.height = Math.round(height * dots);
    const most = Math.max(...this.curves.map((curve) => curve.most)) * 1.06;
    this.axes = { width, height, end_ms: this.app.clock.end_ms, most, strip: this.curves.length > 1 ? STRIP : 0 };
    this.draw();
  }

  /** Bookmarks that may be seen: in trainer's mode none that are still to come. */
  private marks(): Bookmark[] {
    const { app } = this;
    return app.packed.runs[0].bookmarks.filter((one) => !app.trainer || one.t_ms <= app.clock.now_ms);
  }

  private draw(): void {
    const pen = this.canvas.getContext("2d"), { axes, app, curves } = this;
    if (!pen || axes.width < 2) return;
    const dots = this.canvas.width / axes.width, now_ms = app.clock.now_ms;
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, axes.width, axes.height);
    const seen = app.trainer ? { ...axes, most: Math.max(...curves.map((curve) => curve.mostKnown(now_ms))) } : axes;
    drawNights(pen, seen, this.nights);
    drawAxes(pen, seen, this.start_ms, (t_ms) => app.wall(t_ms));
    if (curves.length > 1) drawPair(pen, seen, curves[0], curves[1], app.trainer, app.trainer ? now_ms : axes.end_ms);
    else if (app.trainer) drawKnown(pen, seen, curves[0], now_ms);
    else drawStack(pen, seen, curves[0]);
    drawMarks(pen, seen, this.marks());
    this.now();
  }

  private drawn_ms = -1;

  /** Moves the hand to the present. */
  private now(): void {
    const { app, axes } = this, { now_ms } = app.clock;
    this.hand.style.transform = `translateX(${xOf(axes, now_ms).toFixed(1)}px)`;
    const minute = Math.floor(now_ms / 60_000);
    for (const { cell, value } of this.cells) {
      const text = value().toLocaleString("en");
      if (cell.textContent !== text) cell.textContent = text;
    }
    if (minute === this.drawn_ms) return;
    this.drawn_ms = minute;
    this.plot.setAttribute("aria-valuenow", String(minute));
    this.plot.setAttribute("aria-valuetext", `${app.wall(now_ms)}, ${app.since(now_ms)}`);
    if (app.trainer) this.draw();
  }

  /** The line above: what the curve shows, with the numbers of now. */
  private words(): void {
    const { app, curves } = this, now = (): number => app.clock.now_ms;
    this.plot.setAttribute("aria-label", app._("Time"));
    this.key.replaceChildren();
    this.cells = [];
    const put = (mark: HTMLElement | null, text: string, value: () => number): void => {
      const cell = document.createElement("b"), words = document.createElement("span");
      words.textContent = text;
      const one = document.createElement("span");
      one.className = "entry";
      one.append(...(mark ? [mark] : []), words, cell);
      this.key.append(one);
      this.cells.push({ cell, value });
    };
    const title = app.trainer ? app._("Stations out as the desk knows") : app._("Stations out");
    if (curves.length > 1) {
      const series = (curve: Curve): ArrayLike<number> => (app.trainer ? curve.known : curve.total);
      curves.forEach((curve, run) => put(letter(run), title, () => curve.at(series(curve), now())));
      put(null, app._("difference B − A"), () => curves[1].at(series(curves[1]), now()) - curves[0].at(series(curves[0]), now()));
    } else {
      const [curve] = curves;
      put(null, title, () => curve.at(app.trainer ? curve.known : curve.total, now()));
      if (!app.trainer) curve.causes.forEach((cause, at) => Math.max(0, ...curve.out[at]) && put(swatch(cause), app._(cause.replaceAll("_", " ")), () => curve.at(curve.out[at], now())));
    }
    this.now();
  }

  private handle(): void {
    const { plot, app } = this;
    let dragging = false, corner = plot.getBoundingClientRect();
    const x = (event: PointerEvent): number => event.clientX - corner.left;
    plot.addEventListener("pointerenter", () => (corner = plot.getBoundingClientRect()));
    const near = (event: PointerEvent): Bookmark | undefined => {
      const away = (one: Bookmark): number => Math.abs(xOf(this.axes, one.t_ms) - x(event));
      const close = event.clientY - corner.top < 22 ? REACH_PX + 2 : 2.5;
      return this.marks().filter((one) => away(one) < close).sort((one, other) => away(one) - away(other))[0];
    };
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      corner = plot.getBoundingClientRect();
      const mark = near(event);
      dragging = !mark;
      if (mark) return goToMark(app, mark);
      plot.setPointerCapture(event.pointerId);
      app.clock.goTo(tOf(this.axes, x(event)));
    });
    plot.addEventListener("pointermove", (event) => {
      if (dragging) app.clock.goTo(tOf(this.axes, x(event)));
      this.tell(x(event), dragging ? undefined : near(event));
    });
    for (const end of ["pointerup", "pointercancel"] as const) plot.addEventListener(end, () => (dragging = false));
    plot.addEventListener("pointerleave", () => (this.tip.hidden = true));
  }

  private tell(x: number, mark: Bookmark | undefined): void {
    const { app, tip } = this, t_ms = mark ? mark.t_ms : tOf(this.axes, x);
    const words = mark ? app.name(mark.say) : "", strong = document.createElement("b"), line = document.createElement("bdi");
    strong.textContent = `${app.wall(t_ms)} · ${app.since(t_ms)}`;
    line.textContent = words.length > 160 ? `${words.slice(0, 159)}…` : words;
    tip.replaceChildren(strong, line);
    tip.hidden = false;
    tip.style.left = `${Math.min(Math.max(x - tip.offsetWidth / 2, 0), this.axes.width - tip.offsetWidth)}px`;
    this.plot.style.cursor = mark ? "pointer" : "";
  }
}

/** Goes to a bookmark, and chooses what it is about. */
export function goToMark(app: App, mark: Bookmark): void {
  app.clock.goTo(mark.t_ms);
  if (mark.row >= 0) app.choose({ run: 0, name: app.runs[0].subject[mark.row], row: mark.row });
}

function letter(run: number): HTMLElement {
  const made = document.createElement("span");
  made.className = `letter letter-${"AB"[run]}`;
  made.textContent = "AB"[run];
  return made;
}

function swatch(cause: string): HTMLElement {
  const canvas = document.createElement("canvas");
  canvas.width = 14;
  canvas.height = 12;
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = hatch(pen, (CAUSES[cause] ?? CAUSES.other).colour, HATCHES[cause] ?? "dash");
  pen.fillRect(0, 0, 14, 12);
  return canvas;
}
