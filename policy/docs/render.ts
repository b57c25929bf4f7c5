/** A value as TypeScript, the way a person would write it: short things on one line. */
export function render(value: unknown, depth: number): string {
  const line = inline(value);
  if (line.length + depth * 2 <= 100) return line;
  const pad = "  ".repeat(depth + 1);
  const end = "  ".repeat(depth);
  if (Array.isArray(value)) return `[\n${value.map((item) => `${pad}${render(item, depth + 1)},\n`).join("")}${end}]`;
  if (typeof value !== "object" || value === null) return line;
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{\n${fields.map(([name, inner]) => `${pad}${key(name)}: ${render(inner, depth + 1)},\n`).join("")}${end}}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return fields.length === 0
    ? "{}"
    : `{ ${fields.map(([name, inner]) => `${key(name)}: ${inline(inner)}`).join(", ")} }`;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
