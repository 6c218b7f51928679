/** Bookmarks: which may be seen, and going to one. */

import type { App } from "./app";
import type { Bookmark } from "./format";

/** Bookmarks that tell what was true, whoever knew it. */
const TRUTHS = new Set<Bookmark["sort"]>(["first_outage", "last_outage", "peak", "expected"]);

/** Bookmarks that may be stepped to: in trainer's mode none that gives away what nobody knew. */
export function stopsOf(app: App): Bookmark[] {
  const { bookmarks } = app.packed.runs[0];
  return app.trainer ? bookmarks.filter((one) => !TRUTHS.has(one.sort)) : bookmarks;
}

/** Bookmarks that may be shown: in trainer's mode none that is still to come either. */
export function marksOf(app: App): Bookmark[] {
  return app.trainer ? stopsOf(app).filter((one) => one.t_ms <= app.clock.now_ms) : stopsOf(app);
}

/** Goes to a bookmark, and chooses what it is about; nothing where it is about no row. */
export function goToMark(app: App, mark: Bookmark): void {
  app.clock.goTo(mark.t_ms);
  app.choose(mark.row >= 0 ? { run: 0, name: app.runs[0].subject[mark.row], row: mark.row } : null);
}
