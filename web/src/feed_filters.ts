/** The choices above the feed: group, kind, county, class, crew or generator, free text; and which run. */

import type { App } from "./app";
import { button, el, fillWith, select } from "./element";
import { filtersOf } from "./filters";
import { badge, groupName } from "./looks";
import type { Story } from "./story";

export function mountFilters(app: App, element: HTMLElement): void {
  let open = false;
  const draw = (): void => {
    const filters = filtersOf(app), keep = focused(element);
    const words = el("input", "words");
    words.type = "search";
    words.placeholder = app._("filter by words");
    words.setAttribute("aria-label", app._("filter by words"));
    words.value = filters.now.text;
    words.dataset.key = "text";
    let due = 0;
    words.addEventListener("input", () => {
      clearTimeout(due);
      due = window.setTimeout(() => filters.set({ text: words.value }), 150);
    });
    const fold = button("fold", open ? app._("fewer filters") : app._("filters"), () => {
      open = !open;
      draw();
    });
    fold.dataset.key = "fold";
    fold.setAttribute("aria-expanded", String(open));
    fold.classList.toggle("on", filters.any && !open);
    const clear = filters.any && button("clear", app._("clear"), () => filters.clear());
    fillWith(element, el("div", "line", app.runs.length > 1 && runSwitch(app), words, fold, clear), open && groups(app), open && lists(app));
    refocus(element, keep);
  };
  for (const news of ["language", "trainer", "filters"] as const) app.on(news, draw);
  draw();
}

/** Which field has the focus, so that drawing anew does not take it away. */
function focused(element: HTMLElement): { key: string; at: number } | null {
  const now = document.activeElement as HTMLElement | null;
  if (!now || !element.contains(now)) return null;
  return { key: now.dataset.key ?? "", at: now instanceof HTMLInputElement ? (now.selectionStart ?? 0) : 0 };
}

function refocus(element: HTMLElement, keep: { key: string; at: number } | null): void {
  const again = keep?.key ? element.querySelector<HTMLElement>(`[data-key="${CSS.escape(keep.key)}"]`) : null;
  again?.focus();
  if (again instanceof HTMLInputElement) again.setSelectionRange(keep?.at ?? 0, keep?.at ?? 0);
}

function runSwitch(app: App): HTMLElement {
  const filters = filtersOf(app);
  const runs = app.runs.map((_run, index) => {
    const made = button("run", "AB"[index], () => filters.set({ run: index }));
    made.setAttribute("aria-pressed", String(filters.now.run === index));
    made.dataset.key = `run-${index}`;
    return made;
  });
  const only = button("only", app._("only here"), () => filters.set({ only: !filters.now.only }));
  only.title = app._("events that the other run has not");
  only.setAttribute("aria-pressed", String(filters.now.only));
  only.dataset.key = "only";
  return el("span", "switch", ...runs, only);
}

function groups(app: App): HTMLElement {
  const filters = filtersOf(app), { kinds } = app.packed;
  const counts = new Uint32Array(app.packed.groups.length);
  for (const kind of filters.story.data.kind) if ((!app.trainer || kinds[kind].desk) && filters.tells(kind)) counts[kinds[kind].group]++;
  const made = el("div", "groups");
  app.packed.groups.forEach((group, index) => {
    if (!counts[index] && !(app.trainer && kinds.some((kind) => kind.desk && kind.group === index))) return;
    const one = button("group", null, () => {
      const chosen = new Set(filters.now.groups);
      if (!chosen.delete(index)) chosen.add(index);
      filters.set({ groups: chosen, kind: -1 });
    });
    one.append(badge(group), groupName(app, group), el("span", "count", app.trainer ? "" : String(counts[index])));
    one.setAttribute("aria-pressed", String(filters.now.groups.has(index)));
    one.dataset.key = `group-${index}`;
    made.append(one);
  });
  const readings = button("group", app._("with readings"), () => filters.set({ readings: !filters.now.readings }));
  readings.title = app._("also levels of batteries, weather, legs of journeys, loads and the like");
  readings.setAttribute("aria-pressed", String(filters.now.readings));
  readings.dataset.key = "readings";
  made.append(readings);
  return made;
}

function lists(app: App): HTMLElement {
  const filters = filtersOf(app), { now, story } = filters;
  const made = el("div", "lists");
  const add = (key: string, list: HTMLSelectElement): void => {
    list.dataset.key = key;
    if (list.options.length > 1) made.append(list);
  };
  add("kind", select(app._("kind of event"), kinds(app, story), String(now.kind), (value) => filters.set({ kind: Number(value) })));
  add("county", select(app._("county"), counties(app, story), now.county, (county) => filters.set({ county })));
  add("class", select(app._("site class"), classes(app, story), now.siteClass, (siteClass) => filters.set({ siteClass })));
  add("who", select(app._("crew or generator"), movers(app, story), String(now.who), (value) => filters.set({ who: Number(value) })));
  return made;
}

/** Kinds that the log has, with how many; in trainer's mode all that a desk can see, whether they will come or not. */
function kinds(app: App, story: Story): [string, string][] {
  const chosen = filtersOf(app).now.groups, seen = new Uint32Array(app.packed.kinds.length);
  for (const kind of story.data.kind) seen[kind]++;
  const found = app.packed.kinds
    .map((kind, index) => ({ kind, index }))
    .filter(({ kind, index }) => (app.trainer || seen[index] > 0) && (!chosen.size || chosen.has(kind.group)) && (!app.trainer || kind.desk))
    .map(({ kind, index }): [string, string] => {
      const say = app._(kind.say).replace(/\{\w+\}/g, "…").replace(/…(\s*…)+/g, "…");
      return [String(index), app.trainer ? say : `${say} (${seen[index]})`];
    });
  return [["-1", app._("all kinds")], ...found];
}

function counties(app: App, story: Story): [string, string][] {
  const count = story.packed.items.county?.n ?? 0;
  const found = Array.from({ length: count }, (_none, row): [string, string] => {
    const names = { zh: String(story.at("county", row, "name")), en: String(story.at("county", row, "name_en")) };
    const id = String(story.at("county", row, "id"));
    return [id, app.name({ en: names.en || id, zh: names.zh || id })];
  });
  return count > 1 ? [["", app._("all counties")], ...found] : [];
}

function classes(app: App, story: Story): [string, string][] {
  const seen = new Set<string>(), count = story.packed.items.site?.n ?? 0;
  for (let row = 0; row < count; row++) seen.add(String(story.at("site", row, "site_class")));
  const found = [...seen].filter(Boolean).sort().map((one): [string, string] => [one, `${app._("class")} ${one}`]);
  return [["", app._("all classes")], ...found];
}

function movers(app: App, story: Story): [string, string][] {
  const found: [string, string][] = [];
  story.packed.log.names.forEach((_name, code) => {
    const sort = story.sort(code);
    if (sort === "crew" || sort === "generator" || sort === "loader" || sort === "team") found.push([String(code), story.name(code)]);
  });
  found.sort((a, b) => (a[1] < b[1] ? -1 : 1));
  return [["-1", app._("all crews and generators")], ...found];
}
