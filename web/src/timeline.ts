/** The time slider: curves of stations out, nights, bookmarks; click or drag to go to a moment. */

import type { App } from "./app";
import { Curve } from "./curve";
import type { Bookmark } from "./format";
import { goToMark, marksOf } from "./marks";
import { nights } from "./night";
import { CAUSES, HATCHES } from "./palette";
import { RoomCurve } from "./room_curve";
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
  /** In machine-room drills without stations out; else empty. */
  private readonly rooms: RoomCurve[];
  private readonly nights: [number, number][];
  private readonly start_ms: number;
  private axes: Axes = { width: 0, height: 0, end_ms: 1, least: 0, most: 1, strip: 0 };
  private cells: { cell: HTMLElement; value: () => string }[] = [];

  constructor(
    private readonly app: App,
    element: HTMLElement,
  ) {
    this.curves = app.runs.map((run) => new Curve(run));
    const inside = app.packed.runs.some((run) => run.rooms !== null) && this.curves.every((curve) => curve.most <= 1 && !curve.total.some(Boolean));
    this.rooms = inside ? app.runs.map((run) => new RoomCurve(run, app.clock.end_ms)) : [];
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
    const { curves, rooms } = this, end_ms = this.app.clock.end_ms;
    if (rooms.length) {
      const least = Math.min(...rooms.map((room) => room.least)), most = Math.max(...rooms.map((room) => room.most));
      this.axes = { width, height, end_ms, least, most, strip: 0 };
    } else {
      this.axes = { width, height, end_ms, least: 0, most: Math.max(...curves.map((curve) => curve.most)) * 1.06, strip: curves.length > 1 ? STRIP : 0 };
    }
    this.draw();
  }

  private draw(): void {
    const pen = this.canvas.getContext("2d"), { axes, app, curves, rooms } = this;
    if (!pen || axes.width < 2) return;
    const dots = this.canvas.width / axes.width, now_ms = app.clock.now_ms;
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, axes.width, axes.height);
    const known = rooms.length ? axes.least : Math.max(...curves.map((curve) => curve.mostKnown(now_ms)));
    const seen = app.trainer ? { ...axes, most: known } : axes; // of temperatures the desk knows nothing: no scale
    drawNights(pen, seen, this.nights);
    drawAxes(pen, seen, this.start_ms, (t_ms) => app.wall(t_ms));
    if (rooms.length) rooms.forEach((room, run) => app.trainer || room.draw(pen, seen, run > 0));
    else if (curves.length > 1) drawPair(pen, seen, curves[0], curves[1], app.trainer, app.trainer ? now_ms : axes.end_ms);
    else if (app.trainer) drawKnown(pen, seen, curves[0], now_ms);
    else drawStack(pen, seen, curves[0]);
    drawMarks(pen, seen, marksOf(app));
    this.now();
  }

  private drawn_ms = -1;

  /** Moves the hand to the present. */
  private now(): void {
    const { app, axes } = this, { now_ms } = app.clock;
    this.hand.style.transform = `translateX(${xOf(axes, now_ms).toFixed(1)}px)`;
    const minute = Math.floor(now_ms / 60_000);
    for (const { cell, value } of this.cells) {
      const text = value();
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
    const put = (mark: HTMLElement | null, text: string, value: () => string): void => {
      const cell = document.createElement("b"), words = document.createElement("span");
      words.textContent = text;
      const one = document.createElement("span");
      one.className = "entry";
      one.append(...(mark ? [mark] : []), words, cell);
      this.key.append(one);
      this.cells.push({ cell, value });
    };
    const title = app.trainer ? app._("Stations out as the desk knows") : app._("Stations out");
    const series = (curve: Curve): ArrayLike<number> => (app.trainer ? curve.known : curve.total), [first, second] = curves;
    const count = (number: number): string => number.toLocaleString("en");
    if (this.rooms.length) {
      this.rooms.forEach((room, run) => {
        if (app.trainer) return;
        put(this.rooms.length > 1 ? letter(run) : null, app._("Hottest inlet"), () => (Number.isFinite(room.hottest(now())) ? `${room.hottest(now()).toFixed(1)} °C` : "–"));
        put(null, app._("services down"), () => count(room.servicesDown(now())));
      });
    } else if (second) {
      curves.forEach((curve, run) => put(letter(run), title, () => count(curve.at(series(curve), now()))));
      put(null, app._("difference B − A"), () => count(second.at(series(second), now()) - first.at(series(first), now())));
    } else {
      put(null, title, () => count(first.at(series(first), now())));
      const causes = app.trainer ? [] : first.causes;
      causes.forEach((cause, at) => first.out[at].some(Boolean) && put(swatch(cause), app._(cause.replaceAll("_", " ")), () => count(first.at(first.out[at], now()))));
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
      return marksOf(app).filter((one) => away(one) < close).sort((one, other) => away(one) - away(other))[0];
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
