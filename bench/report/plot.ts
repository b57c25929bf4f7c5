import { type ContestantName, OPERATIONS, type Operation } from "../operations.ts";
import { contestantsOf, keysOf, latenciesOf, medianOf, type Results, wall } from "../results.ts";

const COLOURS: Readonly<Record<ContestantName, string>> = {
  floor: "#6e7781",
  naive: "#bc4c00",
  ours: "#0969da",
  tofu: "#8250df",
};
const [PANEL_WIDTH, PANEL_HEIGHT, COLUMNS, HEAD] = [300, 220, 3, 40];
const MARGIN = { left: 44, right: 14, top: 28, bottom: 34 };

interface Scale {
  readonly from: number;
  readonly to: number;
  readonly place: (value: number) => number;
}

/** Seconds over keys, both logarithmic, a panel for each operation, as SVG. Of the smallest latency. */
export function plot(results: Results): string {
  const [latencyMs = 0] = latenciesOf(results);
  const width = PANEL_WIDTH * COLUMNS;
  const height = HEAD + PANEL_HEIGHT * Math.ceil(OPERATIONS.length / COLUMNS);
  const legend = contestantsOf(results).map((name, index) => {
    const x = MARGIN.left + index * 80;
    return `<line x1="${x}" y1="20" x2="${x + 20}" y2="20" stroke="${COLOURS[name]}" stroke-width="2"/>${text(x + 26, 24, name)}`;
  });
  const panels = OPERATIONS.map((operation, index) => {
    const [x, y] = [(index % COLUMNS) * PANEL_WIDTH, HEAD + Math.floor(index / COLUMNS) * PANEL_HEIGHT];
    return `<g transform="translate(${x} ${y})">${panel(results, latencyMs, operation)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>Seconds over the number of keys, API of ${latencyMs} ms</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...legend,
    text(width - MARGIN.right, 24, `seconds over keys, API of ${latencyMs} ms`, "end"),
    ...panels,
    "</svg>\n",
  ].join("\n");
}

function panel(results: Results, latencyMs: number, operation: Operation): string {
  const lines = contestantsOf(results).map((contestant) => ({
    contestant,
    points: keysOf(results)
      .map((keys) => [keys, medianOf(results, { contestant, keys, latencyMs, operation }, wall)] as const)
      .filter(([, seconds]) => Number.isFinite(seconds)),
  }));
  const all = lines.flatMap(({ points }) => points);
  const x = scale(
    all.map(([keys]) => keys),
    MARGIN.left,
    PANEL_WIDTH - MARGIN.right,
  );
  const y = scale(
    all.map(([, seconds]) => seconds),
    PANEL_HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const bottom = PANEL_HEIGHT - MARGIN.bottom;
  return [
    text(PANEL_WIDTH / 2, 16, operation, "middle"),
    ...keysOf(results).map((keys) => text(x.place(keys), bottom + 14, String(keys), "middle")),
    ...ticks(y).map(
      (value) =>
        `<line x1="${MARGIN.left}" y1="${round(y.place(value))}" x2="${PANEL_WIDTH - MARGIN.right}" y2="${round(y.place(value))}" stroke="#d0d7de"/>${text(MARGIN.left - 6, y.place(value) + 4, String(Number(value.toPrecision(2))), "end")}`,
    ),
    ...lines.flatMap(({ contestant, points }) => {
      const places = points.map(([keys, seconds]) => [round(x.place(keys)), round(y.place(seconds))] as const);
      const drawn = places.map((place) => place.join(",")).join(" ");
      return [
        `<polyline points="${drawn}" fill="none" stroke="${COLOURS[contestant]}" stroke-width="2"/>`,
        ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${COLOURS[contestant]}"/>`),
      ];
    }),
  ].join("\n");
}

/** A logarithmic axis with a little room at both ends. */
function scale(values: readonly number[], start: number, end: number): Scale {
  const [from, to] = [Math.min(...values) * 0.85, Math.max(...values) * 1.18];
  const share = (value: number) => (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from));
  return { from, to, place: (value) => start + share(value) * (end - start) };
}

/** 1, 2 and 5 of each power of ten. */
function ticks({ from, to }: Scale): number[] {
  return [-2, -1, 0, 1, 2, 3]
    .flatMap((power) => [1, 2, 5].map((first) => first * 10 ** power))
    .filter((value) => value >= from && value <= to);
}

function text(x: number, y: number, words: string, anchor: "start" | "middle" | "end" = "start"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="#1f2328">${words}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
