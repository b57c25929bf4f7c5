/** Rows under headings, in columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
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

/** A text from the account, safe to print: without control characters, at most `max` long. */
export function printable(text: string, max = 100): string {
  const clean = text.replace(/\p{Cc}|\p{Cf}/gu, "?");
  return clean.length > max ? `${clean.slice(0, max - 1)}…` : clean;
}
