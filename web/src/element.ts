/** Building blocks of panels. Texts become text nodes, never markup, so that whatever a name contains is shown and not run. */

export type Child = Node | string | null | undefined | false;

/** An element with a class and children. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, look = "", ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (look) made.className = look;
  put(made, ...children);
  return made;
}

/** Adds children; texts as text. */
export function put(into: Node, ...children: Child[]): void {
  for (const child of children) {
    if (typeof child === "string") into.appendChild(document.createTextNode(child));
    else if (child) into.appendChild(child);
  }
}

/** Replaces all children. */
export function fillWith(into: Element, ...children: Child[]): void {
  into.replaceChildren();
  put(into, ...children);
}

/** A button; `press` is called by click, Enter and space. */
export function button(look: string, label: Child, press: () => void): HTMLButtonElement {
  const made = el("button", look, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** A name by itself: its direction of writing cannot upset what stands beside it; cut when long, whole on hover. */
export function named(text: string, full = text): HTMLElement {
  const made = el("bdi", text.length > 40 ? "name long" : "name", visible(text));
  made.dir = "auto";
  if (full !== text || text.length > 24) made.title = visible(full);
  return made;
}

/** Control characters and marks of direction shown, since they are invisible or turn what follows about. */
export function visible(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** A message with its `{placeholders}` filled in. */
export function fill(message: string, values: Record<string, string | number>): string {
  return message.replace(/\{(\w+)\}/g, (whole, key: string) => (key in values ? String(values[key]) : whole));
}

/** A message with its placeholders filled in by elements or texts. */
export function fillNodes(message: string, values: Record<string, Child>): Child[] {
  return message.split(/(\{\w+\})/).map((part) => {
    const key = /^\{(\w+)\}$/.exec(part)?.[1];
    return key !== undefined && key in values ? values[key] : part;
  });
}

/** A choice from a list; the first of `choices` is the one that means all. */
export function select(label: string, choices: [value: string, text: string][], value: string, pick: (value: string) => void): HTMLSelectElement {
  const made = el("select", "pick");
  made.setAttribute("aria-label", label);
  for (const [of, text] of choices) {
    const option = el("option", "", visible(text.length > 40 ? text.slice(0, 39) + "…" : text));
    option.value = of;
    made.appendChild(option);
  }
  made.value = value;
  made.addEventListener("change", () => pick(made.value));
  return made;
}

/** Whether keys typed now belong to a field. */
export function typing(event: Event): boolean {
  const at = event.target as HTMLElement | null;
  return !!at && (at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName) || (at.tagName === "INPUT" && !/^(checkbox|radio|range|button)$/.test((at as HTMLInputElement).type)));
}

/** Saves a text as a file, without network. */
export function download(name: string, text: string): void {
  const link = el("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The value of a CSS variable of the page, such as `--ink`. */
export function colour(name: string): string {
  let found = colours.get(name);
  if (found === undefined) colours.set(name, (found = getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#1f2328"));
  return found;
}

const colours = new Map<string, string>();
