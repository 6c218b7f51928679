/** Building blocks of drawings in SVG. */

export type Attributes = Record<string, string | number>;

/** An element of a drawing. */
export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: (SVGElement | string)[]): SVGElementTagNameMap[K] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  for (const child of children) made.append(child);
  return made;
}

/** A hatch to fill with by `url(#id)`. */
export function hatch(id: string, colour: string, ground: string, crossed = false): SVGPatternElement {
  const made = svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  made.append(svg("rect", { width: 7, height: 7, fill: ground }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: colour, "stroke-width": 2.4 }));
  if (crossed) made.append(svg("line", { x1: 0, y1: 0, x2: 7, y2: 0, stroke: colour, "stroke-width": 2.4 }));
  return made;
}

/** A text cut to about a width, the whole of it on hover. */
export function label(text: string, wide: number, size: number, attributes: Attributes): SVGTextElement {
  let room = wide / size, cut = "";
  for (const sign of text) {
    room -= sign.charCodeAt(0) > 0x2e7f ? 1 : 0.58;
    if (room < 0) {
      cut += "…";
      break;
    }
    cut += sign;
  }
  const made = svg("text", { "font-size": size, direction: "ltr", "unicode-bidi": "isolate", ...attributes }, cut);
  if (cut !== text) made.append(svg("title", {}, text));
  return made;
}
