import { holdsKey, percentDecoded } from "../../provider/domain/keyForm.ts";
import { shown } from "../../provider/domain/shown.ts";

const HIDDEN = "(hidden: it looks like a secret)";
const LONGEST = 500;

/**
 * The same data, fit to be shown: each text is one line without anything that hides, reorders or commands, and one that
 * holds a secret (one of `secrets`, or something of the form of a key) is hidden as a whole.
 */
export function cleaned<T>(data: T, secrets: readonly string[]): T {
  const clean = (value: unknown): unknown => {
    if (typeof value === "string") return cleanText(value, secrets);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner)]));
  };
  return clean(data) as T; // texts become texts, and all else stays
}

function cleanText(text: string, secrets: readonly string[]): string {
  const plain = percentDecoded(text);
  if (holdsKey(plain) || secrets.some((secret) => secret !== "" && plain.includes(secret))) return HIDDEN;
  return shown(text, LONGEST);
}
