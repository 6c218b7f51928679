/** Everything by keys; `help.ts` lists them. */

import { SPEEDS } from "./clock";
import { openHelp } from "./help";
import type { Maps } from "./map";
import type { Page } from "./page";
import { stepEvent, stepMark } from "./steps";

const MINUTE_MS = 60_000;
const ZOOM = 1.5;

export function mountKeyboard(app: Page, maps: Maps): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return escape(app, event);
    if (typing(event.target)) return;
    const act = event.altKey ? withAlt(event.key, maps) : event.ctrlKey ? withCtrl(app, event.key) : plain(app, event, maps);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

type Act = (() => void) | undefined;

function plain(app: Page, event: KeyboardEvent, maps: Maps): Act {
  const { clock } = app, by = (ms: number) => () => clock.goTo(clock.now_ms + ms);
  const { key, shiftKey: shift, target } = event;
  if (inList(target) && /^(Arrow|Home|End|Page)/.test(key)) return undefined;
  const acts: Record<string, Act> = {
    " ": onButton(target) ? undefined : () => clock.toggle(),
    "k": () => clock.toggle(),
    "ArrowLeft": shift ? by(-10 * MINUTE_MS) : () => stepEvent(app, -1),
    "ArrowRight": shift ? by(10 * MINUTE_MS) : () => stepEvent(app, 1),
    "PageUp": by(-60 * MINUTE_MS),
    "PageDown": by(60 * MINUTE_MS),
    "[": () => stepMark(app, -1),
    "]": () => stepMark(app, 1),
    "Home": () => clock.goTo(0),
    "End": () => (app.trainer ? undefined : clock.goTo(clock.end_ms)),
    ",": () => faster(app, -1),
    ".": () => faster(app, 1),
    "<": () => faster(app, -1),
    ">": () => faster(app, 1),
    "+": () => maps.zoom(ZOOM),
    "=": () => maps.zoom(ZOOM),
    "-": () => maps.zoom(1 / ZOOM),
    "_": () => maps.zoom(1 / ZOOM),
    "0": () => maps.whole(),
    "g": () => document.querySelector<HTMLElement>("#jump")?.focus(),
    "/": () => document.querySelector<HTMLElement>("#detail input[type=search]")?.focus(),
    "t": () => app.setTrainer(!app.trainer),
    "l": () => app.setLanguage(app.language === "zh" ? "en" : "zh"),
    "?": () => openHelp(app),
  };
  const name = key.length === 1 ? key.toLowerCase() : key;
  return Object.hasOwn(acts, name) ? acts[name] : undefined;
}

function withCtrl(app: Page, key: string): Act {
  const { clock } = app, by = (ms: number) => () => clock.goTo(clock.now_ms + ms);
  return key === "ArrowLeft" ? by(-60 * MINUTE_MS) : key === "ArrowRight" ? by(60 * MINUTE_MS) : undefined;
}

function withAlt(key: string, maps: Maps): Act {
  const ways: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = Object.hasOwn(ways, key) ? ways[key] : undefined;
  return way && (() => maps.pan(...way));
}

function faster(app: Page, by: 1 | -1): void {
  const at = SPEEDS.findIndex((speed) => speed >= app.clock.speed);
  app.clock.setSpeed(SPEEDS[Math.min(Math.max((at < 0 ? SPEEDS.length - 1 : at) + by, 0), SPEEDS.length - 1)]);
}

/** Leaves a field, else lets go what is chosen. */
function escape(app: Page, event: KeyboardEvent): void {
  if (typing(event.target)) (event.target as HTMLElement).blur();
  else app.choose(null);
}

/** Whether keys typed there belong to a field. */
function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const field = target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type);
  return field || target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function onButton(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, summary, a[href], input, [role=option], [role=button]") !== null;
}

/** Lists move by arrows themselves. */
function inList(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=listbox], [role=list][tabindex], [role=feed], [role=tablist], [role=radiogroup]") !== null;
}
