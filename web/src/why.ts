/** The ladder of causes of a row: what brought it about, what brought that about, and how long each took. */

import type { App } from "./app";
import { button, el, fill, named } from "./element";
import { badge } from "./looks";
import type { Story } from "./story";
import { lasting } from "./units";

/** Effect on top, first cause at the bottom. In trainer's mode without what the desk did not see. */
export function whyLadder(app: App, story: Story, row: number): HTMLElement {
  const made = el("ol", "ladder"), chain = story.data.why(row);
  let before = -1, hidden = 0;
  for (const at of chain) {
    if (app.trainer && !story.desk(at)) {
      hidden++;
      continue;
    }
    if (before >= 0) made.append(gap(app, story.data.t_ms[before] - story.data.t_ms[at]));
    made.append(step(app, story, at, at === row));
    before = at;
  }
  if (hidden > 0) made.append(el("li", "note", fill(app._("{count} causes that the desk did not see are hidden"), { count: hidden })));
  else if (chain.length === 1) made.append(el("li", "note", app._("The log names no earlier cause: an inject, the weather, the clock, or so from the start.")));
  return made;
}

function gap(app: App, ms: number): HTMLElement {
  return el("li", "gap", `↑ ${ms > 0 ? fill(app._("after {time}"), { time: lasting(app, ms) }) : app._("at once")}`);
}

function step(app: App, story: Story, row: number, first: boolean): HTMLElement {
  const kind = app.packed.kinds[story.data.kind[row]];
  const press = button("cause", null, () => {
    const subject = story.data.subject[row], object = story.data.object[row];
    app.clock.pause();
    app.clock.goTo(story.data.t_ms[row]);
    app.choose({ run: story.run, name: story.isThing(subject) ? subject : story.isThing(object) ? object : subject, row });
  });
  press.append(
    badge(app.packed.groups[kind.group]), el("time", "", app.wall(story.data.t_ms[row])),
    el("span", "say", ...story.sentence(row, (name) => named(story.name(name), story.packed.log.names[name]))),
  );
  press.title = app.since(story.data.t_ms[row]);
  return el("li", first ? "rung first" : "rung", press);
}
