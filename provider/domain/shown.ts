/**
 * What a text may not hold on its way to a terminal or a log: controls (C0 and C1: ANSI, new lines), marks that reorder or
 * hide (bidirectional, zero-width, fillers), separators of lines, halves of characters, every space but the plain one; what
 * Pulumi turns into colours (`<{%fg 9%}>`); and, wherever it stands, what a build server takes for a command
 * (`##vso[task.setvariable …]`, `##[error]`).
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|<(?=\{%)|#(?=#\w*\[)/gu;

/**
 * Any text as one line that only shows: what is unsafe stands there as `\u001b`, and `::error …` at its beginning is no
 * command of a build server. Every error, log line and table cell goes through here.
 */
export function oneLine(text: string): string {
  return text.replace(UNSAFE, escaped).replace(/^( *):(?=:)/, "$1\\u003a");
}

/** A value from outside (a name, an id, a mark) for a message: one line, of at most `max` characters. */
export function shown(value: string, max = 100): string {
  const clean = oneLine(value);
  // Cut after cleaning, and not through a character of two halves.
  return clean.length > max ? `${clean.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…` : clean;
}

/** A text of our own with lines of its own. Values in it must be `shown` already, or they can make lines, too. */
export function ownLines(text: string): string {
  return text.split("\n").map(oneLine).join("\n");
}

/** JSON for people and programs: the true values, and nothing in it that reaches the terminal. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .split("\n")
    .map((line) => line.replace(UNSAFE, escaped))
    .join("\n");
}

/** As JSON writes it, so that it means the same in there. */
function escaped(unsafe: string): string {
  return Array.from({ length: unsafe.length }, (_, at) => {
    return `\\u${unsafe.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }).join("");
}
