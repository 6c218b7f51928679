/** The panels of the page beside map, timeline and controls: where each goes and what fills it. */

import type { App } from "./app";

export const panels: [selector: string, mount: (app: App, element: HTMLElement) => void][] = [];
