/** Trainer's mode: stops at the marked questions, keeps notes, and lets new questions be marked on the way. */

import type { App } from "./app";
import { button, download, el, fill, fillWith, typing } from "./element";
import type { Question } from "./format";
import { QuestionBox } from "./question_box";

interface Asked extends Question {
  /** Marked during use, not in the scenario. */
  own: boolean;
}

/** A question that is being written, of a moment. */
interface Draft {
  t_ms: number;
  text: string;
}

class Trainer {
  private readonly own: Asked[] = [];
  private readonly notes = new Map<string, string>();
  private readonly box: QuestionBox;
  private readonly list = el("details", "questions");
  /** Up to where questions have been asked; -1 before the beginning. */
  private past_ms: number;
  /** Questions of the present moment that are still to be asked, the open one first. */
  private queue: Asked[] = [];
  private draft: Draft | null = null;
  private told = false;
  private seen = -1;

  constructor(
    private readonly app: App,
    element: HTMLElement,
  ) {
    this.past_ms = app.clock.now_ms || -1;
    this.box = new QuestionBox(app, () => this.close());
    element.append(this.list, this.box.element);
    app.on("t", () => this.moved());
    for (const news of ["trainer", "language"] as const) app.on(news, () => this.draw());
    document.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  /** Questions of the scenario and those marked here, in the order of time. */
  private get all(): Asked[] {
    const given = this.app.packed.runs[0].questions.map((one) => ({ ...one, own: false }));
    return [...given, ...this.own].sort((a, b) => a.t_ms - b.t_ms);
  }

  /** Stops where the clock, playing, has come to a question. */
  private moved(): void {
    const { clock, trainer } = this.app, from = this.past_ms;
    this.mark();
    if (clock.now_ms === from) return;
    this.past_ms = clock.now_ms || -1;
    if (!trainer) return;
    const [asked] = this.queue;
    if (asked && clock.now_ms !== asked.t_ms) this.close();
    if (!clock.playing || clock.now_ms <= from) return;
    const next = this.all.find((one) => one.t_ms > from && one.t_ms <= clock.now_ms);
    if (!next) return;
    clock.pause();
    this.past_ms = next.t_ms;
    clock.goTo(next.t_ms);
    this.ask(this.all.filter((one) => one.t_ms === next.t_ms));
  }

  /** Opens the first of some questions of one moment; the others follow it. */
  private ask(questions: Asked[]): void {
    this.queue = questions;
    this.draft = null;
    this.told = false;
    this.drawBox();
  }

  /** On to the next question of this moment, else to playing. */
  private go(): void {
    if (this.queue.length > 1) return this.ask(this.queue.slice(1));
    this.close();
    this.app.clock.play();
  }

  private close(): void {
    this.queue = [];
    this.draft = null;
    this.box.close();
  }

  private draw(): void {
    if (!this.app.trainer) this.close();
    this.list.hidden = !this.app.trainer;
    this.drawList();
    this.drawBox();
  }

  private drawBox(): void {
    const { draft, queue } = this;
    if (draft) this.drawDraft(draft);
    else if (queue.length) this.drawQuestion(queue[0]);
  }

  private when(t_ms: number): string {
    return `${this.app.wall(t_ms)} · ${this.app.since(t_ms)}`;
  }

  private drawQuestion(asked: Asked): void {
    const { app } = this, key = keyOf(asked), notes = el("textarea", "notes"), hint = app.name(asked.note);
    notes.rows = 3;
    notes.value = this.notes.get(key) ?? "";
    notes.placeholder = app._("notes of the room (kept until the page is closed)");
    notes.setAttribute("aria-label", app._("Notes"));
    notes.dataset.key = "notes";
    notes.addEventListener("input", () => this.notes.set(key, notes.value));
    const tell = button("tell", app._("Show the note to discuss"), () => {
      this.told = true;
      this.drawQuestion(asked);
    });
    const more = this.queue.length - 1;
    const go = keyed("go", button("go", more > 0 ? fill(app._("Next question ({count} more)"), { count: more }) : app._("Continue ▶"), () => this.go()));
    const close = keyed("close", button("", app._("Close"), () => this.close()));
    this.box.show({
      label: app._("Question"), when: this.when(asked.t_ms), title: app.name(asked.ask),
      inside: [this.told && hint !== "" && el("p", "hint", hint), notes, el("p", "buttons", !this.told && hint !== "" && keyed("tell", tell), close, go)],
    }, "go");
  }

  /** The questions so far; of those to come the time alone, since the room sees the list. */
  private drawList(): void {
    const { app } = this, { all } = this, { now_ms } = app.clock;
    this.seen = all.filter((one) => one.t_ms <= now_ms).length;
    const lines = all.map((one) => {
      const time = el("time", "", app.wall(one.t_ms));
      if (one.t_ms > now_ms) return el("li", "ahead", time, el("small", "", app._("still to come")));
      const press = button("", null, () => {
        app.clock.pause();
        app.clock.goTo(one.t_ms);
        this.past_ms = one.t_ms;
        this.ask([one, ...all.slice(all.indexOf(one) + 1).filter((other) => other.t_ms === one.t_ms)]);
      });
      press.append(time, el("span", "", app.name(one.ask)), el("small", "", one.own ? ` ${app._("marked here")}` : ""));
      return el("li", "seen", press);
    });
    const tools = el("p", "buttons",
      button("mark", app._("Mark a question here (M)"), () => this.add()),
      button("", app._("Notes as a file"), () => download("notes.txt", this.notesText())),
      this.own.length > 0 && button("", app._("Questions for the scenario"), () => download("questions.yaml", questionsYaml(this.own))),
    );
    const count = all.length > this.seen ? fill(app._("Questions ({count}, {ahead} to come)"), { count: this.seen, ahead: all.length - this.seen }) : fill(app._("Questions ({count})"), { count: this.seen });
    fillWith(this.list, el("summary", "", count), el("p", "note", app._("Shown is only what the desk knew. Playing stops at each question.")), el("ol", "", ...lines), tools);
  }

  /** Draws the list anew where another question lies behind, or none any more. */
  private mark(): void {
    const { app } = this;
    if (app.trainer && this.all.filter((one) => one.t_ms <= app.clock.now_ms).length !== this.seen) this.drawList();
  }

  /** Notes of the questions that have been asked. */
  private notesText(): string {
    const { app } = this, told = this.all.filter((one) => one.t_ms <= app.clock.now_ms || this.notes.get(keyOf(one)));
    return told.map((one) => `${app.wall(one.t_ms)} (${app.since(one.t_ms)})  ${app.name(one.ask)}\n${this.notes.get(keyOf(one)) ?? ""}\n`).join("\n");
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event) || !this.app.trainer || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && this.box.open) this.close();
    else if (event.key.toLowerCase() === "m") this.add();
    else return;
    event.preventDefault();
  }

  /** Asks for the words of a question at this moment. */
  private add(): void {
    const { clock } = this.app;
    clock.pause();
    this.queue = [];
    this.draft = { t_ms: Math.round(clock.now_ms), text: "" };
    this.drawDraft(this.draft);
    this.box.element.querySelector("input")?.focus();
  }

  private drawDraft(draft: Draft): void {
    const { app } = this, field = keyed("field", el("input"));
    field.type = "text";
    field.value = draft.text;
    field.placeholder = app._("a question to ask at this moment");
    field.setAttribute("aria-label", app._("a question to ask at this moment"));
    field.addEventListener("input", () => (draft.text = field.value));
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || event.key !== "Enter") return;
      this.save(draft);
      event.preventDefault();
      event.stopPropagation();
    });
    const buttons = el("p", "buttons", keyed("close", button("", app._("Cancel"), () => this.close())), keyed("go", button("go", app._("Save"), () => this.save(draft))));
    this.box.show({ label: app._("Question"), when: this.when(draft.t_ms), title: "", inside: [field, buttons] }, "field");
  }

  private save({ t_ms, text }: Draft): void {
    const said = text.trim();
    this.close();
    if (!said) return;
    this.own.push({ t_ms, ask: { en: said, zh: said }, note: { en: "", zh: "" }, own: true });
    this.drawList();
    this.list.open = true;
  }
}

function keyOf(question: Asked): string {
  return `${question.t_ms} ${question.ask.en}`;
}

function keyed<T extends HTMLElement>(key: string, element: T): T {
  element.dataset.key = key;
  return element;
}

/** Lines for `questions:` of a scenario file. */
export function questionsYaml(questions: Question[]): string {
  const lines = questions.map((one) => `  - {at: +${Number((one.t_ms / 3_600_000).toFixed(4))} h, ask: ${JSON.stringify(one.ask.en)}}\n`);
  return `questions:\n${lines.join("")}`;
}

export function mountTrainer(app: App, element: HTMLElement): void {
  new Trainer(app, element);
}
