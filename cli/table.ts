import { shown } from "../provider/domain/shown.ts";

const CELL_MAX = 200;

/** Rows under headings, in columns as wide as their widest cell. Whatever stands in a cell is one short line there. */
export function table(headings: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map((cell) => shown(cell, CELL_MAX)));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => (cells[column] ?? "").padEnd(width))
      .join("  ")
      .trimEnd();
  return [line(headings), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
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
