/** The single-line diagram of machine rooms: boxes by state (colour and hatch or sign), wires live or dead. */

import type { App } from "./app";
import { TrackCursor } from "./cursor";
import { el } from "./element";
import type { Part } from "./rooms_part";
import { boxTrack, roomState } from "./states";
import type { Story } from "./story";
import { hatch, label, svg } from "./svg";

interface Look {
  fill: string;
  edge: string;
  sign: string;
  dashed?: true;
}

/** State of a room's box → how it looks. Source: Okabe & Ito 2008 for the colours. */
const LOOKS: Record<string, Look> = {
  "live": { fill: "#e3f4ee", edge: "var(--green)", sign: "" },
  "running": { fill: "#e3f4ee", edge: "var(--green)", sign: "" },
  "cooling": { fill: "#e4f2fb", edge: "var(--sky)", sign: "❄" },
  "standing by": { fill: "var(--paper)", edge: "var(--faint)", sign: "◌", dashed: true },
  "on its battery": { fill: "url(#hatch-battery)", edge: "#8a7d00", sign: "▮" },
  "overloaded": { fill: "url(#hatch-over)", edge: "var(--orange)", sign: "▲" },
  "slowed by heat": { fill: "url(#hatch-over)", edge: "var(--orange)", sign: "▼" },
  "dead": { fill: "#d3d6db", edge: "var(--ink)", sign: "○" },
  "standing still": { fill: "#d3d6db", edge: "var(--ink)", sign: "○" },
  "off for heat": { fill: "url(#hatch-bad)", edge: "var(--vermillion)", sign: "✖" },
  "broken": { fill: "url(#hatch-bad)", edge: "var(--vermillion)", sign: "✖" },
  "alarm": { fill: "url(#hatch-over)", edge: "var(--orange)", sign: "!" },
  "nothing reported": { fill: "var(--paper)", edge: "var(--faint)", sign: "" },
};
const GIVES = new Set(["live", "on its battery", "overloaded"]);
const SIZE = 13;

export function mountDiagram(app: App, story: Story): Part {
  const element = el("div", "diagram"), { rooms } = story.packed, track = boxTrack(story);
  if (!rooms || !track) return { element, draw: () => undefined };
  const { diagram } = rooms, { boxes, wires, width, height } = diagram;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": app._("Single-line diagram") });
  drawing.style.maxWidth = `${width * 1.25}px`;
  drawing.append(svg("defs", {}, hatch("hatch-battery", "#d9c900", "#fdfbd8"), hatch("hatch-over", "#e69f00", "#fff6e0"), hatch("hatch-bad", "#d55e00", "#fff1e8", true)));
  const paths = wires.map((wire) => svg("path", { d: `M${wire.points.map((point) => point.join(" ")).join("L")}`, fill: "none" }));
  const shapes = boxes.map((box) => shape(app, story, box));
  drawing.append(...paths, ...shapes.map((one) => one.group));
  const key = el("p", "room-key");
  element.append(drawing, key);
  const cursor = new TrackCursor(track, boxes.length), place = new Map(boxes.map((box, at) => [box.name, at]));
  let shown = "";
  const draw = (t_ms: number): void => {
    cursor.seek(t_ms);
    const alarms = app.trainer ? alarmed(app, story, t_ms) : null;
    const states = boxes.map((box, at) => (alarms ? (alarms.has(story.code(box.name)) ? "alarm" : "nothing reported") : (app.packed.room_states[cursor.state[at]] ?? "")));
    const chosen = app.chosen?.run === story.run ? app.chosen.name : -1, now = `${states.join()} ${chosen}`;
    if (now === shown) return;
    shown = now;
    boxes.forEach((box, at) => shapes[at].draw(box.item === "rack" ? "nothing reported" : states[at], chosen >= 0 && story.code(box.name) === chosen));
    const way = chosen >= 0 ? wayTo(wires, boxes.filter((box) => story.code(box.name) === chosen).flatMap((box) => [box.name, ...suppliesOf(story, box)])) : new Set<number>();
    wires.forEach((wire, at) => {
      const live = alarms !== null || GIVES.has(states[place.get(wire.from) ?? -1]);
      paths[at].setAttribute("class", `wire ${alarms ? "unknown" : live ? "live" : "dead"}${way.has(at) ? " way" : ""}`);
    });
    if (way.size) wires.forEach((_wire, at) => way.has(at) && shapes[0].group.before(paths[at]));
    const seen = [...new Set(states.filter((_state, at) => boxes[at].item !== "rack"))];
    key.replaceChildren(...seen.map((state) => el("span", "", swatch(LOOKS[state] ?? LOOKS.live), roomState(app, state))));
  };
  return { element, draw };
}

/** What supplies a device inside its rack. */
function suppliesOf(story: Story, box: { name: string; item: string }): string[] {
  return box.item === "device" ? String(story.at("device", story.data.rowOfId("device", box.name), "supplies")).split(" ") : [];
}

/** Wires by which boxes are fed, back to the sources; where nothing feeds them, those that they feed. */
function wayTo(wires: { from: string; to: string }[], names: string[]): Set<number> {
  const found = new Set<number>(), reached = new Set(names);
  for (const name of reached) {
    wires.forEach((wire, at) => {
      if (wire.to !== name) return;
      found.add(at);
      reached.add(wire.from);
    });
  }
  if (!found.size) wires.forEach((wire, at) => names.includes(wire.from) && found.add(at));
  return found;
}

/** Things with an alarm at the desk that is not over. */
function alarmed(app: App, story: Story, t_ms: number): Set<number> {
  const open = new Map<number, Set<number>>(), end = story.rowsBy(t_ms), { kinds } = app.packed;
  for (let row = 0; row < end; row++) {
    const { kind } = kinds[story.data.kind[row]], subject = story.data.subject[row];
    if (kind === "desk.alarm") open.set(subject, (open.get(subject) ?? new Set()).add(story.data.object[row]));
    else if (kind === "desk.cleared") open.get(subject)?.delete(story.data.object[row]);
  }
  return new Set([...open].filter(([, alarms]) => alarms.size > 0).map(([subject]) => subject));
}

function shape(app: App, story: Story, box: { name: string; item: string; x: number; y: number; w: number; h: number }): { group: SVGGElement; draw(state: string, chosen: boolean): void } {
  const name = story.code(box.name), row = story.data.rowOfId(box.item, box.name);
  const en = String(story.at(box.item, row, "name_en")), zh = String(story.at(box.item, row, "name")), text = app.name({ en, zh }) || box.name;
  const rect = svg("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 4 });
  const high = box.item === "rack" ? box.y + 15 : box.y + box.h / 2 + 4;
  const word = label(text, box.w - 11, SIZE, { x: box.x + 6, y: high, class: box.item === "rack" ? "rack" : "" });
  const sign = svg("text", { x: box.x + box.w - 10, y: high, "font-size": SIZE + 1, "text-anchor": "middle", class: "sign" });
  const group = svg("g", { class: `box ${box.item}` }, rect, word, sign);
  const press = (): void => {
    if (name >= 0) app.choose({ run: story.run, name, row: -1 });
  };
  if (name >= 0) {
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.addEventListener("click", press);
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        press();
      }
    });
  }
  const draw = (state: string, chosen: boolean): void => {
    const look = LOOKS[state] ?? LOOKS.live;
    rect.setAttribute("fill", box.item === "rack" ? "var(--ground)" : look.fill);
    rect.setAttribute("stroke", chosen ? "var(--chosen)" : look.edge);
    rect.setAttribute("stroke-width", chosen ? "3" : box.item === "rack" ? "0.8" : "1.3");
    rect.setAttribute("stroke-dasharray", look.dashed ? "4 3" : "");
    sign.textContent = box.item === "rack" ? "" : look.sign;
    group.setAttribute("aria-label", box.item === "rack" ? text : `${text}: ${roomState(app, state)}`);
  };
  return { group, draw };
}

function swatch(look: Look): SVGSVGElement {
  const made = svg("svg", { width: 18, height: 13, viewBox: "0 0 18 13" });
  made.append(svg("rect", { x: 1, y: 1, width: 16, height: 11, rx: 2, fill: look.fill, stroke: look.edge, "stroke-dasharray": look.dashed ? "3 2" : "" }));
  if (look.sign) made.append(svg("text", { x: 9, y: 10, "font-size": 8, "text-anchor": "middle" }, look.sign));
  return made;
}
