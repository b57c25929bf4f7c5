import { shown } from "../provider/domain/shown.ts";
import { type Line, type Part, type Toned, textOf, toned } from "./lines.ts";

const CELL_MAX = 200;
/** A cell that is cut to fit the terminal keeps at least this much. */
const CUT_MIN = 10;
const GAP = "  ";

/**
 * Rows under headings, in columns as wide as their widest cell. Whatever stands in a cell is one short line there. At a
 * terminal (`columns`) the widest are cut until a row fits; ids never are, since they are copied.
 */
export function table(
  headings: readonly string[],
  given: readonly (readonly Part[])[],
  columns = process.stdout.isTTY ? process.stdout.columns : undefined,
): Line[] {
  const rows = given.map((row) => row.map((cell) => withText(cell, shown(textOf(cell), CELL_MAX))));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => widthOf(textOf(row[column] ?? "")))),
  );
  if (columns !== undefined) shrink(widths, headings, columns);
  const line = (cells: readonly Part[]): Line => {
    const last = cells.findLastIndex((cell) => textOf(cell) !== "");
    return cells.slice(0, last + 1).flatMap((cell, column): Part[] => {
      const text = cut(textOf(cell), widths[column] ?? 0);
      const padding = " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(text)));
      return column === last ? [withText(cell, text)] : [withText(cell, text), padding + GAP];
    });
  };
  return [
    line(headings.map((heading) => toned("strong", heading))),
    line(widths.map((width) => toned("quiet", "-".repeat(width)))),
    ...rows.map(line),
  ];
}

function shrink(widths: number[], headings: readonly string[], columns: number): void {
  const total = () => widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  while (total() > columns) {
    const cuttable = widths.map((width, column) => (headings[column] === "id" || width <= CUT_MIN ? 0 : width));
    const widest = cuttable.indexOf(Math.max(...cuttable));
    if ((cuttable[widest] ?? 0) === 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function withText(cell: Part, text: string): string | Toned {
  return typeof cell === "string" ? text : { ...cell, text };
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Characters that take two places at a terminal: East Asian ones, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Places that a text takes at a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Permissions in short: `scores:read, attestations:read+write (chains, ipWhitelist)`. */
export function shortPermissions(
  permissions: readonly {
    resource: string;
    actions: readonly string[];
    restrictions?: object | null | undefined;
  }[],
): string {
  return permissions
    .map(({ resource, actions, restrictions }) => {
      const confined = Object.entries(restrictions ?? {}).flatMap(([name, list]) => (list === undefined ? [] : [name]));
      return `${resource}:${actions.join("+")}${confined.length === 0 ? "" : ` (${confined.join(", ")})`}`;
    })
    .join(", ");
}
