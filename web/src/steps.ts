/** From event to event of the feed and from bookmark to bookmark. */

import type { App } from "./app";
import { filtersOf, nextRow } from "./filters";
import { goToMark, stopsOf } from "./marks";

/** Goes to the next event (1) that the feed's filters let through, or to the one before (-1). */
export function stepEvent(app: App, direction: 1 | -1): void {
  const row = nextRow(app, direction), { run } = filtersOf(app).now;
  if (row < 0) return;
  app.clock.pause();
  app.clock.goTo(app.runs[run].t_ms[row]);
  app.choose({ run, name: app.runs[run].subject[row], row });
}

/** Goes to the next bookmark after now (1) or the one before (-1). */
export function stepMark(app: App, direction: 1 | -1): void {
  const bookmarks = stopsOf(app), { now_ms } = app.clock;
  const mark = direction > 0 ? bookmarks.find((one) => one.t_ms > now_ms) : bookmarks.findLast((one) => one.t_ms < now_ms);
  if (mark) goToMark(app, mark);
}
