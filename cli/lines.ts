/** What a text means: its colour at a terminal. */
export type Tone = "good" | "warn" | "bad" | "quiet" | "strong";

/** A text with its meaning. */
export interface Toned {
  text: string;
  tone: Tone;
}

export type Part = string | Toned;
/** One line of output. Values from outside are `shown` in it. */
export type Line = readonly Part[];

export function toned(tone: Tone, text: string): Toned {
  return { text, tone };
}

/** The lines of a text of ours. */
export function linesOf(text: string): Line[] {
  return text.split("\n").map((line) => [line]);
}

/** Blocks of lines with an empty one between. */
export function joined(blocks: readonly (readonly Line[])[]): Line[] {
  return blocks.flatMap((block, index) => (index === 0 ? [...block] : [[], ...block]));
}

export function textOf(part: Part): string {
  return typeof part === "string" ? part : part.text;
}

/** Without colours. */
export function plainText(lines: readonly Line[]): string {
  return lines.map((line) => line.map(textOf).join("")).join("\n");
}
