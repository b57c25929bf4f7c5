/** A piece of markup. Only `html` makes one, so whatever else stands in a template is text, and is escaped. */
export interface Html {
  readonly [MARKUP]: string;
}
const MARKUP = Symbol("markup");

type Part = Html | string | number | false | undefined | readonly Part[];

/** Markup with values in it: texts are escaped, in content and in quoted attributes alike; nothing stands for nothing. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { [MARKUP]: String.raw({ raw: strings }, ...parts.map(written)) };
}

/** Markup as text. */
export function markupOf(piece: Html): string {
  return piece[MARKUP];
}

function written(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return String(part).replace(/[&<>"']/g, escaped);
  return MARKUP in part ? part[MARKUP] : part.map(written).join("");
}

/** A text of ours that must stand as it is: a style, a script, data in JSON that can't end its element. */
export function raw(text: string): Html {
  return { [MARKUP]: text };
}

function escaped(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}
