/** Play, pause, speed, steps, going to a moment, and the clock. */

import type { App } from "./app";
import { SPEEDS } from "./clock";
import type { Page } from "./page";
import { stepEvent, stepMark } from "./steps";

export function mountControls(app: Page, element: HTMLElement): void {
  element.setAttribute("role", "toolbar");
  const relabel: (() => void)[] = [() => element.setAttribute("aria-label", app._("Playing"))];
  const button = (look: string, sign: () => string, words: () => string, act: () => void): HTMLButtonElement => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = look;
    made.addEventListener("click", act);
    relabel.push(() => {
      made.textContent = sign();
      made.title = words();
      made.setAttribute("aria-label", words());
    });
    return made;
  };
  const steps = document.createElement("span");
  steps.className = "steps";
  steps.append(
    button("step", () => "|◀", () => app._("Previous bookmark ([)"), () => stepMark(app, -1)),
    button("step", () => "‹", () => app._("Previous event (←)"), () => stepEvent(app, -1)),
    button("play", () => (app.clock.playing ? "❚❚" : "▶"), () => (app.clock.playing ? app._("Pause (space)") : app._("Play (space)")), () => app.clock.toggle()),
    button("step", () => "›", () => app._("Next event (→)"), () => stepEvent(app, 1)),
    button("step", () => "▶|", () => app._("Next bookmark (])"), () => stepMark(app, 1)),
  );
  const text = (): void => relabel.forEach((one) => one());
  element.append(steps, speeds(app, relabel), clock(app), jump(app, relabel));
  text();
  app.on("language", text);
  app.on("playing", text);
}

function speeds(app: App, relabel: (() => void)[]): HTMLElement {
  const made = document.createElement("select");
  made.className = "speed";
  for (const speed of SPEEDS) made.add(new Option(`${speed.toLocaleString("en")}×`, String(speed)));
  made.addEventListener("change", () => app.clock.setSpeed(Number(made.value)));
  const show = (): void => {
    if (document.activeElement !== made || made.value !== String(app.clock.speed)) made.value = String(app.clock.speed);
  };
  show();
  app.on("playing", show);
  relabel.push(() => {
    made.title = app._("Speed: drill seconds a second");
    made.setAttribute("aria-label", made.title);
  });
  return made;
}

function clock(app: App): HTMLElement {
  const made = document.createElement("output"), wall = document.createElement("b"), since = document.createElement("span");
  made.className = "clock";
  made.setAttribute("aria-live", "off");
  made.append(wall, since);
  const show = (): void => {
    const at = app.wall(app.clock.now_ms), hours = app.since(app.clock.now_ms);
    if (wall.textContent !== at) wall.textContent = at;
    if (since.textContent !== hours) since.textContent = hours;
  };
  show();
  app.on("t", show);
  return made;
}

function jump(app: Page, relabel: (() => void)[]): HTMLElement {
  const form = document.createElement("form"), field = document.createElement("input"), go = document.createElement("button");
  form.className = "jump";
  field.type = "text";
  field.id = "jump";
  field.size = 16;
  field.autocomplete = "off";
  go.type = "submit";
  form.append(field, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const t_ms = app.moment(field.value);
    field.setAttribute("aria-invalid", String(t_ms === null));
    if (t_ms === null) {
      field.title = app._("No moment of this drill; try 11-06 17:00, 17:00 or T+35:30");
      field.setCustomValidity(field.title);
      field.reportValidity();
      return;
    }
    app.clock.goTo(t_ms);
    field.value = "";
    field.blur();
  });
  field.addEventListener("input", () => {
    field.setCustomValidity("");
    field.removeAttribute("aria-invalid");
  });
  relabel.push(() => {
    const start = app.wall(Math.min(app.clock.end_ms, 3_600_000 * 19));
    field.placeholder = `${start} / T+35`;
    field.title = app._("Clock time (11-06 17:00, 17:00) or hours since the start (T+35:30)");
    field.setAttribute("aria-label", app._("Go to a moment"));
    go.textContent = app._("Go");
  });
  return form;
}
