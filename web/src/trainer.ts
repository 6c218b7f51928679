/** Trainer's mode: stops at the marked questions, keeps notes, and lets new questions be marked on the way. */

import type { App } from "./app";
import { button, download, el, fill, fillWith, typing } from "./element";
import type { Question } from "./format";

interface Asked extends Question {
  /** Marked during use, not in the scenario. */
  own: boolean;
}

class Trainer {
  private readonly own: Asked[] = [];
  private readonly notes = new Map<string, string>();
  private readonly stops = el("div", "question");
  private readonly list = el("details", "questions");
  private before_ms: number;
  private asked: Asked | null = null;
  private told = false;

  constructor(
    private readonly app: App,
    element: HTMLElement,
  ) {
    this.before_ms = app.clock.now_ms;
    this.stops.setAttribute("role", "dialog");
    this.stops.hidden = true;
    element.append(this.list, this.stops);
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
    const { clock } = this.app, from = this.before_ms;
    this.before_ms = clock.now_ms;
    if (!this.app.trainer) return;
    if (this.asked && clock.now_ms !== this.asked.t_ms) this.close();
    if (!clock.playing || clock.now_ms <= from) return this.mark();
    const next = this.all.find((one) => one.t_ms > from && one.t_ms <= clock.now_ms);
    if (!next) return this.mark();
    clock.pause();
    this.before_ms = next.t_ms;
    clock.goTo(next.t_ms);
    this.show(next);
  }

  private show(question: Asked): void {
    this.asked = question;
    this.told = false;
    this.drawQuestion();
    this.stops.querySelector<HTMLElement>("button.go")?.focus();
  }

  private close(): void {
    this.asked = null;
    this.stops.hidden = true;
  }

  private draw(): void {
    if (!this.app.trainer) this.close();
    this.list.hidden = !this.app.trainer;
    this.drawList();
    if (this.asked) this.drawQuestion();
  }

  private drawQuestion(): void {
    const { app, asked } = this;
    if (!asked) return;
    const key = `${asked.t_ms} ${asked.ask.en}`, notes = el("textarea", "notes"), hint = app.name(asked.note);
    notes.rows = 3;
    notes.value = this.notes.get(key) ?? "";
    notes.placeholder = app._("notes of the room (kept until the page is closed)");
    notes.setAttribute("aria-label", app._("Notes"));
    notes.addEventListener("input", () => this.notes.set(key, notes.value));
    const tell = button("tell", app._("Show the note to discuss"), () => {
      this.told = true;
      this.drawQuestion();
    });
    const go = button("go", app._("Continue ▶"), () => {
      this.close();
      app.clock.play();
    });
    this.stops.hidden = false;
    this.stops.setAttribute("aria-label", app._("Question"));
    fillWith(
      this.stops, el("p", "when", `${app.wall(asked.t_ms)} · ${app.since(asked.t_ms)}`), el("h2", "", app.name(asked.ask)),
      this.told && hint !== "" && el("p", "hint", hint), notes,
      el("p", "buttons", !this.told && hint !== "" && tell, button("", app._("Close"), () => this.close()), go),
    );
  }

  private drawList(): void {
    const { app } = this, { all } = this;
    const lines = all.map((one) => {
      const seen = one.t_ms <= app.clock.now_ms;
      const press = button("", null, () => {
        app.clock.pause();
        app.clock.goTo(one.t_ms);
        this.show(one);
      });
      press.append(el("time", "", app.wall(one.t_ms)), el("span", "", app.name(one.ask)), el("small", "", one.own ? ` ${app._("marked here")}` : ""));
      const line = el("li", seen ? "seen" : "ahead", press);
      line.dataset.t = String(one.t_ms);
      return line;
    });
    const tools = el("p", "buttons",
      button("mark", app._("Mark a question here (M)"), () => this.add()),
      button("", app._("Notes as a file"), () => download("notes.txt", this.notesText())),
      this.own.length > 0 && button("", app._("Questions for the scenario"), () => download("questions.yaml", questionsYaml(this.own))),
    );
    fillWith(this.list, el("summary", "", fill(app._("Questions ({count})"), { count: all.length })), el("p", "note", app._("Shown is only what the desk knew. Playing stops at each question.")), el("ol", "", ...lines), tools);
  }

  /** Which questions lie behind. */
  private mark(): void {
    for (const line of this.list.querySelectorAll<HTMLElement>("li[data-t]")) line.className = Number(line.dataset.t) <= this.app.clock.now_ms ? "seen" : "ahead";
  }

  private notesText(): string {
    const { app } = this;
    return this.all.map((one) => `${app.wall(one.t_ms)} (${app.since(one.t_ms)})  ${app.name(one.ask)}\n${this.notes.get(`${one.t_ms} ${one.ask.en}`) ?? ""}\n`).join("\n");
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event) || !this.app.trainer) return;
    if (event.key.toLowerCase() !== "m" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.add();
  }

  /** Asks for the words of a question at this moment. */
  private add(): void {
    const { app } = this, t_ms = Math.round(app.clock.now_ms), field = el("input");
    app.clock.pause();
    field.type = "text";
    field.placeholder = app._("a question to ask at this moment");
    field.setAttribute("aria-label", app._("a question to ask at this moment"));
    const save = (): void => {
      const text = field.value.trim();
      this.stops.hidden = true;
      if (!text) return;
      this.own.push({ t_ms, ask: { en: text, zh: text }, note: { en: "", zh: "" }, own: true });
      this.drawList();
      this.list.open = true;
    };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") save();
      else if (event.key === "Escape") this.stops.hidden = true;
      else return;
      event.stopPropagation();
    });
    this.stops.hidden = false;
    fillWith(this.stops, el("p", "when", `${app.wall(t_ms)} · ${app.since(t_ms)}`), field, el("p", "buttons", button("", app._("Cancel"), () => (this.stops.hidden = true)), button("go", app._("Save"), save)));
    field.focus();
  }
}

/** Lines for `questions:` of a scenario file. */
export function questionsYaml(questions: Question[]): string {
  const lines = questions.map((one) => `  - {at: +${Number((one.t_ms / 3_600_000).toFixed(4))} h, ask: ${JSON.stringify(one.ask.en)}}\n`);
  return `questions:\n${lines.join("")}`;
}

export function mountTrainer(app: App, element: HTMLElement): void {
  new Trainer(app, element);
}
