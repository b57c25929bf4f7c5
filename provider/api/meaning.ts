import type { Outcome } from "../domain/errors.ts";
import type { Failure } from "./transport.ts";

/** What an answer, or its absence, says of the request that it follows. */
export interface Meaning {
  /** Whether the request took effect. */
  outcome: Outcome;
  /** Whether it may be sent again: `unless POST` where it may have taken effect, and a second key would be one too many. */
  repeat: "always" | "unless POST" | "never";
  /** The server sets the pace: every call of the account waits as long as it says. */
  waits: boolean;
}

type Row = [statuses: (status: number) => boolean, meaning: Meaning];

const between = (first: number, last: number) => (status: number) => status >= first && status <= last;
const oneOf =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status);

/** What a status other than a success means. The first row that names it counts. */
const STATUSES: readonly Row[] = [
  // Too early, too many: the server says that it did nothing.
  [oneOf(425), { outcome: "not-executed", repeat: "always", waits: false }],
  [oneOf(429), { outcome: "rejected", repeat: "always", waits: true }],
  // By RFC 6585 never the API's own: a network's login page.
  [oneOf(511), { outcome: "not-executed", repeat: "never", waits: false }],
  // These, and proxies' own codes, may follow a request that went through.
  [oneOf(408), { outcome: "unknown", repeat: "unless POST", waits: false }],
  [oneOf(501, 505), { outcome: "unknown", repeat: "never", waits: false }],
  [between(500, 999), { outcome: "unknown", repeat: "unless POST", waits: false }],
  [between(452, 499), { outcome: "unknown", repeat: "never", waits: false }],
  // Refused.
  [between(400, 451), { outcome: "rejected", repeat: "never", waits: false }],
];

/** A redirect is never followed, and may follow a request that went through. */
const OTHER: Meaning = { outcome: "unknown", repeat: "never", waits: false };

/** The row of this status. `quota`: the day's creations are used up, so neither waiting nor another try helps. */
export function meaningOfStatus(status: number, quota: boolean): Meaning {
  const [, meaning = OTHER] = STATUSES.find(([names]) => names(status)) ?? [];
  return quota ? { ...meaning, repeat: "never", waits: false } : meaning;
}

/**
 * No usable answer came. `final`: whatever stands between can't be got past by trying again. `timeIsUp`: the whole call's
 * time, not just this attempt's.
 */
export function meaningOfFailure(
  { unsent }: Pick<Failure, "unsent">,
  about: { final: boolean; timeIsUp: boolean },
): Meaning {
  if (unsent !== undefined) return { outcome: "not-executed", repeat: about.final ? "never" : "always", waits: false };
  return { outcome: "unknown", repeat: about.timeIsUp ? "never" : "unless POST", waits: false };
}

/** Whether a request of this method may be sent again. */
export function mayRepeat({ repeat }: Meaning, method: string): boolean {
  return repeat === "always" || (repeat === "unless POST" && method !== "POST");
}
