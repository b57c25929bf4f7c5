import { randomBytes } from "node:crypto";

/** The text that stands for a secret of this name: random, the same each time. */
export type Canary = (name: string) => string;

/** Secrets of one history; `all()` are those that were asked for. */
export function canaries(): {
  canary: Canary;
  /** A secret whose text is given. */
  plant(name: string, text: string): void;
  all(): Map<string, string>;
} {
  const known = new Map<string, string>();
  const canary = (name: string) => {
    const text = known.get(name) ?? randomBytes(24).toString("base64url");
    known.set(name, text);
    return text;
  };
  return { canary, plant: (name, text) => void known.set(name, text), all: () => new Map(known) };
}
