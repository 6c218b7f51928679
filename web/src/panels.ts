/** The panels of the page beside map, timeline and controls: where each goes and what fills it. */

import type { App } from "./app";
import { mountCompare } from "./compare";
import { mountDetail } from "./detail";
import { mountFeed } from "./feed";
import { mountFigures } from "./figures";
import { mountFold } from "./fold";
import { mountHeader } from "./header";
import "./panels.css";
import { mountRooms } from "./rooms";
import { mountTrainer } from "./trainer";

export const panels: [selector: string, mount: (app: App, element: HTMLElement) => void][] = [
  ["#header", mountHeader],
  ["#figures", mountFigures],
  ["#figures", mountCompare],
  ["#figures", mountFold],
  ["#detail", mountDetail],
  ["#feed", mountFeed],
  ["#rooms", mountRooms],
  ["#trainer", mountTrainer],
];
