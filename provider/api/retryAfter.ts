/** No server means more than a day and a half with `Retry-After`; a longer one is shown as this. */
const LONGEST_MS = 36 * 3_600_000;

const IMF_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** What an answer says about when to come back. Nothing here is trusted: every field may be absurd. */
export interface ComeBack {
  /** `Retry-After`: seconds or an HTTP date. */
  retryAfter?: string | undefined;
  /** The answer's own `Date`: an HTTP date is measured against it, so a wrong local clock doesn't matter. */
  date?: string | undefined;
  /** `X-RateLimit-Reset`, unix seconds; used for a 429 without any other hint. */
  rateLimitReset?: string | undefined;
  /** `details.retryAfter` of the body, seconds. */
  bodySeconds?: unknown;
}

/**
 * Milliseconds to wait, or undefined if the answer doesn't say (or says nonsense: negative, NaN, no number).
 * Two hints that disagree: the later one, so that we are never early. A date in the past is 0.
 */
export function retryAfterMs(hints: ComeBack, localNow: number): number | undefined {
  const serverNow = httpDate(hints.date) ?? localNow;
  const found = [fromHeader(hints.retryAfter, serverNow), fromSeconds(hints.bodySeconds)].filter(
    (ms) => ms !== undefined,
  );
  if (found.length > 0) return Math.min(Math.max(...found), LONGEST_MS);
  const reset = fromSeconds(hints.rateLimitReset);
  return reset === undefined ? undefined : Math.min(Math.max(reset - serverNow, 0), LONGEST_MS);
}

function fromHeader(value: string | undefined, serverNow: number): number | undefined {
  const at = httpDate(value);
  return at === undefined ? fromSeconds(value) : Math.max(at - serverNow, 0);
}

function httpDate(value: string | undefined): number | undefined {
  const text = value?.trim() ?? "";
  const at = IMF_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function fromSeconds(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  // Only digits and a fraction; an exponent is a huge number (`1e21`), which String() writes that way.
  if (!/^\d{1,400}(\.\d{1,400})?(e\+\d{1,3})?$/.test(text)) return undefined;
  return Math.ceil(Number(text) * 1000);
}
