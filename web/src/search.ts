/** A search over names and ids of everything that the log can name. */

import type { App } from "./app";
import { button, el, fillWith, named } from "./element";
import { sortName } from "./facts";
import { storiesOf, type Story } from "./story";

const MOST = 12;

/** Things whose id or name has the words, those that begin with them first. */
export function findThings(story: Story, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const first: number[] = [], others: number[] = [], { names } = story.packed.log;
  for (let name = 0; name < names.length && first.length < MOST; name++) {
    if (!story.isThing(name) || story.ahead(name)) continue;
    const texts = [names[name], String(story.cell(name, "name")), String(story.cell(name, "name_en"))].map((one) => one.toLowerCase());
    if (texts.some((one) => one.startsWith(wanted))) first.push(name);
    else if (others.length < MOST && texts.some((one) => one.includes(wanted))) others.push(name);
  }
  return [...first, ...others].slice(0, MOST);
}

export function mountSearch(app: App, element: HTMLElement): void {
  const field = el("input"), list = el("div", "found");
  field.type = "search";
  list.hidden = true;
  const run = (): number => app.chosen?.run ?? 0;
  const pick = (name: number): void => {
    field.value = "";
    list.hidden = true;
    (document.activeElement as HTMLElement | null)?.blur();
    app.choose({ run: run(), name, row: -1 });
  };
  const draw = (): void => {
    const story = storiesOf(app)[run()], found = findThings(story, field.value);
    list.hidden = field.value.trim() === "";
    const lines = found.map((name) => {
      const made = button("hit", named(story.name(name), story.packed.log.names[name]), () => pick(name));
      const id = story.packed.log.names[name];
      made.prepend(el("small", "", sortName(app, story.sort(name))));
      if (story.name(name) !== id) made.append(el("small", "", named(id)));
      else if (story.cell(name, "name")) made.append(el("small", "", named(String(story.cell(name, "name")))));
      return made;
    });
    fillWith(list, ...lines, !lines.length && el("p", "note", app._("Nothing of that name occurs in the drill.")));
  };
  field.addEventListener("input", draw);
  element.addEventListener("keydown", (event) => {
    const hits = [...list.querySelectorAll<HTMLButtonElement>(".hit")], at = hits.indexOf(document.activeElement as HTMLButtonElement);
    if (event.isComposing) return;
    if (event.key === "Enter" && event.target === field) hits[0]?.click();
    else if (event.key === "ArrowDown" && hits.length) hits[Math.min(at + 1, hits.length - 1)].focus();
    else if (event.key === "ArrowUp") (at > 0 ? hits[at - 1] : field).focus();
    else if (event.key === "Escape") {
      field.value = "";
      draw();
      field.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const words = (): void => {
    field.placeholder = app._("search: name or id  ( / )");
    field.setAttribute("aria-label", app._("Search a site, crew, generator or other thing"));
    draw();
  };
  app.on("language", words);
  words();
  element.append(field, list);
}
