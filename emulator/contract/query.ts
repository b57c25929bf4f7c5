import { ApiFailure } from "./failures.ts";
import { instantText } from "./requests.ts";

/** The most an `offset` or a `limit` may be: what a number holds exactly. */
export const MAX_WHOLE = Number.MAX_SAFE_INTEGER;

/** `limit` (default 20; a page holds at most 100 or `cap`, whatever is asked) and `offset` (assumed). */
export function paging(query: URLSearchParams, cap: number): { limit: number; offset: number } {
  const whole = (name: string, fallback: number, least: number): number => {
    const text = query.get(name);
    if (text === null) return fallback;
    if (!/^\d{1,16}$/.test(text) || Number(text) < least || Number(text) > MAX_WHOLE) {
      throw new ApiFailure("invalidParameters", `${name} must be a whole number, at least ${least}`);
    }
    return Number(text);
  };
  return { limit: Math.min(whole("limit", 20, 1), cap, 100), offset: whole("offset", 0, 0) };
}

/** An ISO 8601 instant as epoch ms. */
export function instant(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!instantText.safeParse(text).success) {
    throw new ApiFailure("invalidParameters", `${name} must be an ISO 8601 instant`);
  }
  return Date.parse(text);
}
