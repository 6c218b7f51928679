/** The maps of the runs side by side: one view, one clock; dragging, wheel, fingers, keys, choosing. */

import type { App } from "./app";
import { Legend } from "./legend";
import { MapPane } from "./map_pane";
import { View } from "./plane";
import { planeOf } from "./scene";

const CLICK_PX = 5;
const STEP_PX = 80;
const ZOOM = 1.5;
/** Numbers of the legend change at most this often; what was put off is done after a while of quiet. */
const COUNT_EVERY_MS = 120, LATER_MS = 210;

export interface Maps {
  pan(across: number, down: number): void;
  zoom(factor: number): void;
  whole(): void;
}

export function mountMap(app: App, element: HTMLElement): Maps {
  const { plane, whole } = planeOf(app.runs), view = new View(whole);
  const panes = app.runs.map((_run, run) => new MapPane(app, run, plane, view));
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  for (const pane of panes) {
    element.append(pane.box);
    if (panes.length > 1) pane.box.append(letter(pane.run));
    handle(app, pane, tip);
  }
  const legend = new Legend(app, panes, element);
  const fit = (): void => view.fit(panes[0].width, panes[0].height, panes.length > 1 || panes[0].width < 700 ? 0 : legend.width);
  const maps: Maps = { pan: (across, down) => view.pan(-across * STEP_PX, -down * STEP_PX), zoom: (factor) => view.zoom(factor, ...panes[app.chosen?.run ?? 0].focus()), whole: fit };
  element.append(buttons(app, maps), tip);
  let frame = 0, later = 0, counted_ms = 0;
  const draw = (): void => {
    frame = 0;
    let left = panes.map((pane) => pane.draw()).some(Boolean);
    const time_ms = performance.now();
    if (time_ms - counted_ms > COUNT_EVERY_MS) {
      counted_ms = time_ms;
      legend.update();
    } else left = true;
    clearTimeout(later);
    if (left) later = window.setTimeout(soon, LATER_MS);
  };
  const soon = (): void => {
    frame ||= requestAnimationFrame(draw);
  };
  view.on(() => {
    for (const pane of panes) pane.stale();
    soon();
  });
  const label = (): void => panes.forEach(({ box, run }) => describe(app, box, run));
  label();
  app.on("t", () => (frame ? undefined : draw()));
  app.on("chosen", () => {
    panes.forEach((pane) => app.chosen && pane.run === app.chosen.run && pane.show());
    soon();
  });
  for (const news of ["language", "trainer"] as const) {
    app.on(news, () => {
      for (const pane of panes) pane.stale();
      legend.build();
      label();
      soon();
    });
  }
  app.on("playing", soon);
  let fitted = false;
  new ResizeObserver(() => {
    const changed = panes.map((pane) => pane.resize()).some(Boolean);
    if (!changed || panes[0].width < 2) return;
    if (!fitted || view.nearness === 1) fit();
    fitted = true;
    draw();
  }).observe(element);
  return maps;
}

function letter(run: number): HTMLElement {
  const made = document.createElement("div");
  made.className = `letter letter-${"AB"[run]}`;
  made.textContent = "AB"[run];
  return made;
}

function describe(app: App, box: HTMLElement, run: number): void {
  box.tabIndex = 0;
  box.setAttribute("role", "application");
  box.setAttribute("aria-roledescription", app._("map"));
  const title = app.name(app.packed.runs[run].about.title) || app.packed.runs[run].about.scenario;
  box.setAttribute("aria-label", `${app._("Map: Alt and arrows move it, + and − come nearer or go farther")} – ${title}`);
}

function buttons(app: App, maps: Maps): HTMLElement {
  const box = document.createElement("div");
  box.className = "zoom";
  const all: [sign: string, words: () => string, act: () => void][] = [
    ["+", () => app._("Nearer"), () => maps.zoom(ZOOM)],
    ["−", () => app._("Farther"), () => maps.zoom(1 / ZOOM)],
    ["⤢", () => app._("Whole area"), () => maps.whole()],
  ];
  for (const [sign, words, act] of all) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = sign;
    const name = (): void => {
      made.title = words();
      made.setAttribute("aria-label", words());
    };
    name();
    app.on("language", name);
    made.addEventListener("click", act);
    box.append(made);
  }
  return box;
}

/** Pointers, wheel and hover of one map. */
function handle(app: App, pane: MapPane, tip: HTMLElement): void {
  const { box, view } = pane, held = new Map<number, [number, number]>();
  let moved = 0, hover = 0;
  const place = (event: MouseEvent): [number, number] => {
    const { left, top } = box.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!held.size) moved = 0;
    held.set(event.pointerId, place(event));
    box.setPointerCapture(event.pointerId);
    tip.hidden = true;
  });
  box.addEventListener("pointermove", (event) => {
    const [x, y] = place(event), before = held.get(event.pointerId);
    if (!before) {
      cancelAnimationFrame(hover);
      hover = requestAnimationFrame(() => tell(pane, tip, x, y));
      return;
    }
    held.set(event.pointerId, [x, y]);
    moved += Math.hypot(x - before[0], y - before[1]);
    if (moved <= CLICK_PX) return;
    if (held.size === 1) return view.pan(x - before[0], y - before[1]);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return;
    const was = Math.hypot(before[0] - other[0], before[1] - other[1]), is = Math.hypot(x - other[0], y - other[1]);
    if (was > 0) view.zoom(is / was, (x + other[0]) / 2 - pane.width / 2, (y + other[1]) / 2 - pane.height / 2);
  });
  const lift = (event: PointerEvent): void => {
    const at = held.get(event.pointerId);
    held.delete(event.pointerId);
    if (!at || event.type === "pointercancel" || moved > CLICK_PX || held.size) return;
    const target = pane.at(...at), name = target ? pane.data.codesOf(target.sort)[target.row] : -1;
    app.choose(target && name >= 0 ? { run: pane.run, name, row: -1 } : null);
  };
  box.addEventListener("pointerup", lift);
  box.addEventListener("pointercancel", lift);
  box.addEventListener("pointerleave", () => {
    cancelAnimationFrame(hover);
    tip.hidden = true;
  });
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    const [x, y] = place(event), turn = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    view.zoom(Math.exp(-Math.min(Math.max(turn, -400), 400) * 0.0022), x - pane.width / 2, y - pane.height / 2);
  }, { passive: false });
}

/** Shows what is under the pointer. */
function tell(pane: MapPane, tip: HTMLElement, x: number, y: number): void {
  const target = pane.at(x, y);
  pane.box.style.cursor = target ? "pointer" : "";
  tip.hidden = !target;
  if (!target) return;
  const [name, state] = pane.told(target), strong = document.createElement("bdi"), line = document.createElement("span");
  strong.textContent = name.length > 60 ? `${name.slice(0, 59)}…` : name;
  line.textContent = state;
  tip.replaceChildren(strong, line);
  const left = pane.box.offsetLeft + x + 14, width = tip.offsetWidth, whole = tip.parentElement!.clientWidth;
  tip.style.left = `${Math.max(left + width > whole ? left - width - 28 : left, 0)}px`;
  tip.style.top = `${Math.max(y + 14 + tip.offsetHeight > pane.height ? y - tip.offsetHeight - 8 : y + 14, 0)}px`;
}
