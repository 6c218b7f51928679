/** Machine rooms in place of the map: services, single-line diagram, temperatures, procedures. */

import type { App } from "./app";
import { TrackCursor } from "./cursor";
import { button, el, fillWith, named } from "./element";
import { mountDiagram } from "./rooms_diagram";
import { mountLanes } from "./rooms_lanes";
import type { Part } from "./rooms_part";
import { mountTemperatures } from "./rooms_temperatures";
import { storiesOf, type Story } from "./story";

export function mountRooms(app: App, element: HTMLElement): void {
  const stories = storiesOf(app).filter((story) => story.packed.rooms !== null);
  if (!stories.length) return;
  element.classList.add("rooms");
  let run = stories[0].run, parts: Part[] = [];
  const draw = (): void => {
    if (!element.hidden) for (const part of parts) part.draw(app.clock.now_ms);
  };
  const build = (): void => {
    const story = storiesOf(app)[run];
    parts = [...(app.trainer ? [] : [services(app, story)]), mountDiagram(app, story), ...(app.trainer ? [hiddenNote(app)] : [mountTemperatures(app, story)]), mountLanes(app, story)];
    const switches = stories.length > 1 && el("p", "switch", ...stories.map((one) => {
      const made = button("run", "AB"[one.run], () => {
        run = one.run;
        build();
      });
      made.setAttribute("aria-pressed", String(one.run === run));
      return made;
    }));
    element.classList.toggle("asking", app.trainer);
    fillWith(element, switches, ...parts.map((part) => part.element));
    draw();
  };
  app.on("t", draw);
  for (const news of ["language", "trainer"] as const) app.on(news, build);
  app.on("chosen", () => {
    const chosen = app.chosen?.run;
    if (chosen !== undefined && chosen !== run && stories.some((one) => one.run === chosen)) {
      run = chosen;
      build();
    } else draw();
  });
  new ResizeObserver(draw).observe(element);
  build();
}

function hiddenNote(app: App): Part {
  return { element: el("p", "note", app._("Trainer's mode: services and temperatures are hidden; boxes show only the alarms that the desk has.")), draw: () => undefined };
}

/** Services as a strip: up or down, by sign and colour. */
function services(app: App, story: Story): Part {
  const element = el("div", "services"), { rooms } = story.packed, count = story.data.count("service");
  if (!rooms || !count) return { element, draw: () => undefined };
  const cursor = new TrackCursor(story.data.changes(rooms.services), count);
  const lights = Array.from({ length: count }, (_none, row) => {
    const id = String(story.at("service", row, "id")), name = story.code(id);
    const text = app.name({ en: String(story.at("service", row, "name_en")) || id, zh: String(story.at("service", row, "name")) || id });
    const made = button("service", null, () => name >= 0 && app.choose({ run: story.run, name, row: -1 }));
    const sign = el("span", "sign"), word = el("small");
    made.append(sign, named(text, id), word);
    return { made, sign, word };
  });
  fillWith(element, el("b", "", app._("Services")), ...lights.map((light) => light.made));
  const draw = (t_ms: number): void => {
    cursor.seek(t_ms);
    lights.forEach((light, row) => {
      const down = cursor.state[row] === 1;
      light.made.classList.toggle("down", down);
      light.sign.textContent = down ? "✖" : "●";
      light.word.textContent = down ? app._("out") : app._("up");
    });
  };
  return { element, draw };
}
