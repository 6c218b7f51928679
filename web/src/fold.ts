/** The figures can be folded away to their heading, so that events and what is chosen have the room. */

import type { App } from "./app";
import { button } from "./element";
import "./fold.css";

export function mountFold(app: App, element: HTMLElement): void {
  let folded = false;
  const fold = button("fold-panel", "", () => {
    folded = !folded;
    draw();
  });
  fold.setAttribute("aria-controls", element.id);
  const draw = (): void => {
    element.classList.toggle("folded", folded);
    if (folded) element.scrollTop = 0;
    fold.textContent = folded ? "▸" : "▾";
    fold.title = folded ? app._("Show the figures") : app._("Fold the figures away");
    fold.setAttribute("aria-label", fold.title);
    fold.setAttribute("aria-expanded", String(!folded));
  };
  element.prepend(fold);
  app.on("language", draw);
  draw();
}
