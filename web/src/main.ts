/** The page's beginning: unpacks the data, lays the page out, and lets its parts fill it. */

import { mountControls } from "./controls";
import { unpack } from "./data";
import { mountKeyboard } from "./keyboard";
import { keepLink } from "./link";
import { mountMap } from "./map";
import { Page } from "./page";
import { panels } from "./panels";
import "./replay.css";
import { mountTimeline } from "./timeline";

const REGIONS: [id: string, tag: string, inside: string][] = [
  ["header", "header", ""], ["stage", "main", ""], ["map", "div", "stage"], ["rooms", "div", "stage"], ["trainer", "div", "stage"],
  ["time", "section", ""], ["controls", "div", "time"], ["timeline", "div", "time"],
  ["side", "aside", ""], ["figures", "section", "side"], ["detail", "section", "side"], ["feed", "section", "side"],
];

const TOO_OLD = ["This browser is too old for the replay. Please open the file in a current Chrome, Edge, Firefox or Safari.",
  "浏览器版本过低，无法打开复盘页面。请使用新版 Chrome、Edge、Firefox 或 Safari 打开此文件。"];
const DAMAGED = ["The data of this page cannot be read.", "无法读取本页数据。"];

/** A message in place of the page. */
function fail(words: string[], why = ""): void {
  const box = document.createElement("div");
  box.className = "failed";
  box.setAttribute("role", "alert");
  for (const text of [...words, why]) {
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
  }
  document.body.replaceChildren(box);
}

function layOut(): Record<string, HTMLElement> {
  const found: Record<string, HTMLElement> = {};
  for (const [id, tag, inside] of REGIONS) {
    const made = document.getElementById(id) ?? document.createElement(tag);
    made.id = id;
    (found[inside] ?? document.body).append(made);
    found[id] = made;
  }
  return found;
}

function label(page: Page, regions: Record<string, HTMLElement>): void {
  const names: Record<string, string> = {
    stage: page._("Map"), time: page._("Time"), side: page._("Figures, events and details"),
    figures: page._("Figures as of now"), detail: page._("What is chosen"), feed: page._("Events"),
  };
  for (const [id, name] of Object.entries(names)) regions[id].setAttribute("aria-label", name);
}

/** Machine rooms have a diagram in place of the map; where sites fail too, a button changes between them. */
function chooseStage(page: Page, { stage, map, rooms }: Record<string, HTMLElement>): void {
  const diagram = page.packed.runs.some((run) => run.rooms !== null);
  const sites = page.runs.some((run) => run.track("sites").who.length > 0 && run.count("site") > 1);
  const show = (inside: boolean): void => {
    map.hidden = inside;
    rooms.hidden = !inside;
  };
  show(diagram);
  if (!diagram || !sites) return;
  const change = document.createElement("button");
  change.type = "button";
  change.className = "stage-switch";
  const words = (): void => {
    change.textContent = rooms.hidden ? page._("Machine room") : page._("Map");
  };
  change.addEventListener("click", () => (show(rooms.hidden), words()));
  page.on("language", words);
  words();
  stage.append(change);
}

async function begin(): Promise<void> {
  const data = document.getElementById("drill-data")?.textContent ?? "";
  if (typeof DecompressionStream === "undefined" || typeof ResizeObserver === "undefined" || !("findLast" in Array.prototype) || !("hasOwn" in Object)) {
    return fail(TOO_OLD);
  }
  let page: Page;
  try {
    page = new Page(await unpack(data));
  } catch (error) {
    return fail(DAMAGED, String(error));
  }
  const regions = layOut();
  document.documentElement.lang = page.language === "zh" ? "zh-CN" : "en";
  chooseStage(page, regions);
  const maps = mountMap(page, regions.map);
  mountControls(page, regions.controls);
  mountTimeline(page, regions.timeline);
  for (const [selector, mount] of panels) {
    const element = document.querySelector<HTMLElement>(selector);
    if (element) mount(page, element);
  }
  mountKeyboard(page, maps);
  label(page, regions);
  page.on("language", () => label(page, regions));
  page.on("chosen", () => document.body.classList.toggle("has-chosen", page.chosen !== null));
  keepLink(page);
  page.tell("t");
  document.body.dataset.ready = "true";
}

void begin();
