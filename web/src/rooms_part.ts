/** What a part of the machine rooms gives: its place, and how to draw it at a moment. */
export interface Part {
  element: HTMLElement;
  draw(t_ms: number): void;
}
