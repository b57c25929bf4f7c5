/** What a check comes to. Only `warning` and `failed` need a look; `unknown` says what couldn't be looked at. */
export const OUTCOMES = ["ok", "warning", "failed", "unknown"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One check of `doctor`. Its texts hold no secret. */
export interface Check {
  name: string;
  outcome: Outcome;
  /** What was found. */
  found: string;
  /** What to do about it; absent where there is nothing to do. */
  remedy?: string;
}

/** A check without its name. */
export type Verdict = Omit<Check, "name">;

export function ok(found: string): Verdict {
  return { outcome: "ok", found };
}

export function warning(found: string, remedy: string): Verdict {
  return { outcome: "warning", found, remedy };
}

export function failed(found: string, remedy: string): Verdict {
  return { outcome: "failed", found, remedy };
}

/** Couldn't be looked at; `remedy` says how it can be. */
export function unknown(found: string, remedy?: string): Verdict {
  return { outcome: "unknown", found, ...(remedy === undefined ? {} : { remedy }) };
}
