/** The box of a question, docked beside the map: it holds the focus while it is open, folds to a line, and gives the focus back. */

import type { App } from "./app";
import { button, el, fillWith, type Child } from "./element";

/** What is shown of a question: when it is, what is asked, and what lies below. */
export interface Shown {
  label: string;
  when: string;
  title: string;
  inside: Child[];
}

export class QuestionBox {
  readonly element = el("section", "question");
  private before: HTMLElement | null = null;
  private folded = false;

  /** `leave` is called where Escape is pressed in it. */
  constructor(
    private readonly app: App,
    private readonly leave: () => void,
  ) {
    this.element.setAttribute("role", "dialog");
    this.element.hidden = true;
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Opens it, or draws it anew; the focus stays on the part of the same `data-key`, else goes to the one called `first`. */
  show(shown: Shown, first: string): void {
    const { app, element } = this, now = document.activeElement as HTMLElement | null, mine = element.contains(now);
    const key = mine ? now?.dataset.key : undefined;
    if (!this.open) this.before = now;
    const fold = button("fold-question", this.folded ? "▾" : "▴", () => {
      this.folded = !this.folded;
      this.show(shown, "fold");
    });
    fold.dataset.key = "fold";
    fold.title = this.folded ? app._("Show the question") : app._("Fold the question to a line");
    fold.setAttribute("aria-label", fold.title);
    fold.setAttribute("aria-expanded", String(!this.folded));
    element.hidden = false;
    element.classList.toggle("folded", this.folded);
    element.setAttribute("aria-label", shown.label);
    fillWith(element, el("p", "when", shown.when, fold), shown.title !== "" && el("h2", "", shown.title), ...(this.folded ? [] : shown.inside));
    if (mine || key === undefined) this.focus(key, first);
  }

  /** Closes it; the focus goes to where it was. */
  close(): void {
    if (!this.open) return;
    const mine = this.element.contains(document.activeElement) || document.activeElement === document.body;
    this.element.hidden = true;
    this.folded = false;
    const { before } = this;
    this.before = null;
    if (!mine) return;
    if (before?.isConnected && before !== document.body) before.focus();
    else document.querySelector<HTMLElement>("#controls .play")?.focus();
  }

  private focus(...keys: (string | undefined)[]): void {
    const found = keys.map((key) => this.element.querySelector<HTMLElement>(`[data-key="${key}"]`)).find((one) => one !== null);
    (found ?? this.element.querySelector<HTMLElement>("button"))?.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Escape") this.leave();
    else if (event.key !== "Tab" || !this.turn(event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** From the last part to the first, or back; whether that was needed. */
  private turn(back: boolean): boolean {
    const parts = [...this.element.querySelectorAll<HTMLElement>("button, textarea, input")];
    const [from, to] = back ? [parts[0], parts.at(-1)] : [parts.at(-1), parts[0]];
    if (document.activeElement !== from) return false;
    to?.focus();
    return true;
  }
}
