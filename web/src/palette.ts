/** How states look: a colour and a shape each, so that neither is needed alone. Colours and shapes of sim/report/style.py. */

export const INK = "#1f2328", FAINT = "#8a9099", PAPER = "#ffffff", GRID = "#d9dce1";
// Source: Okabe & Ito 2008, Color Universal Design.
export const ORANGE = "#e69f00", SKY = "#56b4e9", GREEN = "#009e73", YELLOW = "#f0e442", BLUE = "#0072b2", VERMILLION = "#d55e00", PURPLE = "#cc79a7";

export type Shape = "dot" | "disc" | "square" | "diamond" | "cross" | "plus" | "hexagon" | "triangle" | "star" | "ring" | "crew" | "truck" | "loader" | "generator" | "house";

export interface Look {
  colour: string;
  shape: Shape;
  /** Half the width, pixels of the page at the whole area. */
  size: number;
  /** What is drawn above what. */
  rank: number;
}

const look = (colour: string, shape: Shape, size: number, rank: number): Look => ({ colour, shape, size, rank });

/** Cause of an outage → its look; also of the curve. */
export const CAUSES: Record<string, Look> = {
  power: look(VERMILLION, "cross", 4.5, 5),
  upstream_power: look(ORANGE, "diamond", 4.5, 4),
  transport: look(BLUE, "square", 4, 4),
  equipment: look(PURPLE, "plus", 4.5, 4),
  cooling: look(SKY, "hexagon", 4.5, 4),
  other: look(FAINT, "triangle", 4.5, 4),
};

/** Hatch of a cause in the curve. */
export const HATCHES: Record<string, "" | "slash" | "dots" | "cross" | "rings" | "dash"> = {
  power: "", upstream_power: "slash", transport: "dots", equipment: "cross", cooling: "rings", other: "dash",
};

const SITES: Record<string, Look> = {
  "on mains": look("#9aa5b1", "dot", 1.5, 0),
  "on battery": look(YELLOW, "disc", 3.2, 1),
  "on generator": look(GREEN, "square", 3.4, 2),
  "nothing reported": look("#9aa5b1", "dot", 1.5, 0),
  "mains alarm": look(YELLOW, "disc", 3.2, 1),
  "equipment alarm": look(PURPLE, "plus", 4, 3),
  "generator alarm": look(ORANGE, "diamond", 4, 3),
  "out of service alarm": look(VERMILLION, "cross", 4.5, 5),
  "on an operator's list of sites out": look(VERMILLION, "triangle", 4.5, 4),
};

/** The look of a state of a site, true or known. */
export function siteLook(state: string): Look {
  const found = SITES[state];
  if (found) return found;
  const cause = /^out: (.*)$/.exec(state)?.[1];
  return CAUSES[(cause ?? "other").replaceAll(" ", "_")] ?? CAUSES.other;
}

export const CREW_COLOURS: Record<string, string> = {
  "driving": BLUE, "stuck in snow": VERMILLION, "working": GREEN, "waiting on site": ORANGE,
  "ready": SKY, "resting": FAINT, "called out": PURPLE, "off duty": "#c3c8cf",
};

export const GENERATOR_COLOURS: Record<string, string> = {
  "in store": "#c3c8cf", "carried": BLUE, "standing by": SKY, "running": GREEN, "out of fuel": ORANGE, "broken": VERMILLION,
};

/** A state of a crew or generator as the desk sees it: what it is not told of at once looks as before. */
export function plainly(state: string, trainer: boolean): string {
  if (!trainer) return state;
  return state === "stuck in snow" ? "driving" : state === "out of fuel" || state === "broken" ? "running" : state;
}

/** Draws a shape of half width `size` about a point. */
export function drawShape(pen: CanvasRenderingContext2D, shape: Shape, x: number, y: number, size: number, colour: string, edge: string = INK): void {
  pen.fillStyle = colour;
  pen.strokeStyle = edge;
  pen.lineWidth = Math.max(size * 0.22, 0.7);
  pen.lineJoin = "round";
  if (shape === "cross" || shape === "plus") {
    bars(pen, x, y, size, shape === "cross" ? Math.PI / 4 : 0, colour, edge);
    return;
  }
  pen.beginPath();
  outline(pen, shape, x, y, size);
  if (shape !== "ring") pen.fill();
  if (shape !== "dot") pen.stroke();
}

function bars(pen: CanvasRenderingContext2D, x: number, y: number, size: number, turn: number, colour: string, edge: string): void {
  const cos = Math.cos(turn) * size, sin = Math.sin(turn) * size;
  pen.lineCap = "round";
  for (const [width, stroke] of [[size * 0.85, edge], [size * 0.5, colour]] as const) {
    pen.lineWidth = width;
    pen.strokeStyle = stroke;
    pen.beginPath();
    pen.moveTo(x - cos, y - sin);
    pen.lineTo(x + cos, y + sin);
    pen.moveTo(x - sin, y + cos);
    pen.lineTo(x + sin, y - cos);
    pen.stroke();
  }
  pen.lineCap = "butt";
}

const CORNERS: Partial<Record<Shape, [number, number][]>> = {
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  diamond: [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
  triangle: [[0, 1], [1.05, -0.8], [-1.05, -0.8]],
  hexagon: [0, 1, 2, 3, 4, 5].map((side) => [Math.cos((side * Math.PI) / 3), Math.sin((side * Math.PI) / 3)]),
  star: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((tip) => [Math.sin((tip * Math.PI) / 5) * (tip % 2 ? 0.5 : 1.15), -Math.cos((tip * Math.PI) / 5) * (tip % 2 ? 0.5 : 1.15)]),
  crew: [[0, -1.2], [1, 0.9], [0, 0.45], [-1, 0.9]],
  truck: [[-1.25, -0.95], [0.35, -0.95], [0.35, -0.5], [0.95, -0.5], [1.3, 0.05], [1.3, 0.85], [-1.25, 0.85]],
  loader: [[-1.2, 0.75], [-1.2, -0.25], [-0.2, -0.25], [-0.2, -0.9], [0.55, -0.9], [0.55, 0], [1.35, -0.35], [1.35, 0.75]],
  generator: [[-1, -0.75], [1, -0.75], [1, 0.75], [-1, 0.75]],
  house: [[0, -1.2], [1.15, -0.15], [0.8, -0.15], [0.8, 0.95], [-0.8, 0.95], [-0.8, -0.15], [-1.15, -0.15]],
};

function outline(pen: CanvasRenderingContext2D, shape: Shape, x: number, y: number, size: number): void {
  const corners = CORNERS[shape];
  if (!corners) {
    pen.arc(x, y, size, 0, Math.PI * 2);
    return;
  }
  corners.forEach(([dx, dy], at) => (at ? pen.lineTo(x + dx * size, y + dy * size) : pen.moveTo(x + dx * size, y + dy * size)));
  pen.closePath();
}
