/** The overlay that lists keys and signs. */

import type { App } from "./app";

/** Keys and what they do; `keyboard.ts` does it. */
export function helpKeys(app: App): [keys: string[], does: string][] {
  return [
    [["Space"], app._("play or pause")],
    [["←", "→"], app._("previous or next event of the feed")],
    [["Shift ←", "Shift →"], app._("ten minutes back or on")],
    [["Ctrl ←", "Ctrl →"], app._("an hour back or on")],
    [["[", "]"], app._("previous or next bookmark")],
    [["Home", "End"], app._("beginning or end of the drill (no end in trainer's mode)")],
    [[",", "."], app._("slower or faster")],
    [["G"], app._("go to a moment: clock time or T+ hours")],
    [["+", "−", "0"], app._("map: nearer, farther, whole area")],
    [["Alt ←", "Alt →", "Alt ↑", "Alt ↓"], app._("map: move")],
    [["/"], app._("search a site, crew or other thing")],
    [["M"], app._("trainer's mode: mark a question at this moment")],
    [["T"], app._("trainer's mode: only what the desk knew")],
    [["L"], app._("English or Chinese")],
    [["Esc"], app._("choose nothing; close what is open")],
    [["?"], app._("this list")],
  ];
}

/** Opens it; Escape or its button closes it and gives the focus back. */
export function openHelp(app: App): void {
  document.querySelector("dialog.help-box")?.remove();
  const box = document.createElement("dialog");
  box.className = "help-box";
  box.setAttribute("aria-label", app._("Help"));
  const title = document.createElement("h2");
  title.textContent = app._("Keys");
  const table = document.createElement("table");
  for (const [keys, does] of helpKeys(app)) {
    const row = table.insertRow();
    const cell = row.insertCell();
    for (const key of keys) {
      const made = document.createElement("kbd");
      made.textContent = key;
      cell.append(made, " ");
    }
    row.insertCell().textContent = does;
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = app._("Close");
  close.addEventListener("click", () => box.close());
  box.append(title, table, close);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  box.showModal();
  close.focus();
}
