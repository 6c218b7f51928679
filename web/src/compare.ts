/** Two runs side by side: where they differ most now. */

import type { App } from "./app";
import { TrackCursor } from "./cursor";
import { button, el, fillWith, named } from "./element";
import { storiesOf, type Story } from "./story";

/** Stations out by county at a moment, of one run: as is true, in trainer's mode as the desk knows. */
class Counties {
  private readonly cursor: TrackCursor;
  private readonly county: Int32Array;
  private readonly stations: ArrayLike<number>;
  private readonly out: boolean[];

  constructor(app: App, story: Story, ids: string[]) {
    const sites = story.data.count("site"), known = app.trainer;
    this.cursor = new TrackCursor(story.data.track(known ? "known" : "sites"), sites);
    this.county = Int32Array.from(story.data.texts("site", "county"), (id) => ids.indexOf(id));
    this.stations = story.data.numbers("site", "stations");
    const states = known ? app.packed.known_states : app.packed.site_states;
    this.out = states.map((state) => (known ? /out/.test(state) : state.startsWith("out")));
  }

  at(t_ms: number, count: number): Float64Array {
    this.cursor.seek(t_ms);
    const found = new Float64Array(count), { state } = this.cursor;
    for (let site = 0; site < state.length; site++) if (this.out[state[site]] && this.county[site] >= 0) found[this.county[site]] += this.stations[site] || 0;
    return found;
  }
}

export function mountCompare(app: App, element: HTMLElement): void {
  if (app.runs.length < 2 || !app.runs[0].count("county") || !app.runs[0].count("site")) return;
  const [story] = storiesOf(app), ids = story.data.texts("county", "id");
  const box = el("details", "compare"), head = el("summary"), body = el("tbody");
  box.open = true;
  element.append(box);
  let sides: Counties[] = [], shown = "";
  const build = (): void => {
    sides = storiesOf(app).map((one) => new Counties(app, one, ids));
    shown = "";
    head.textContent = app.trainer ? app._("Stations known out by county: A, B and their difference") : app._("Stations out by county: A, B and their difference");
    const heads = [app._("county"), "A", "B", app._("B − A")].map((text) => el("th", "", text));
    fillWith(box, head, el("table", "counties", el("thead", "", el("tr", "", ...heads)), body));
    draw();
  };
  const draw = (): void => {
    const [a, b] = sides.map((side) => side.at(app.clock.now_ms, ids.length)), now = `${a.join()} ${b.join()} ${app.language}`;
    if (now === shown) return;
    shown = now;
    const order = ids.map((_id, at) => at).sort((one, two) => Math.abs(b[two] - a[two]) - Math.abs(b[one] - a[one]) || one - two);
    const sum = (list: Float64Array): number => list.reduce((all, one) => all + one, 0);
    const rows = order.map((at) => line(county(app, story, at), a[at], b[at]));
    fillWith(body, line(el("b", "", app._("all")), sum(a), sum(b)), ...rows);
  };
  app.on("t", draw, 120);
  for (const news of ["language", "trainer"] as const) app.on(news, build);
  build();
}

function county(app: App, story: Story, row: number): HTMLElement {
  const id = String(story.at("county", row, "id")), name = story.code(id);
  const text = app.name({ en: String(story.at("county", row, "name_en")), zh: String(story.at("county", row, "name")) }) || id;
  return name >= 0 && story.sort(name) === "county" ? button("thing", named(text, id), () => app.choose({ run: 0, name, row: -1 })) : named(text, id);
}

function line(name: HTMLElement, a: number, b: number): HTMLElement {
  const by = b - a, more = by > 0 ? "more" : by < 0 ? "less" : "";
  const cell = (text: string, look = ""): HTMLElement => el("td", `number ${look}`, text);
  return el("tr", "", el("td", "", name), cell(String(a)), cell(String(b)), cell(by > 0 ? `▲ +${by}` : by < 0 ? `▼ \u2212${-by}` : "=", more));
}
