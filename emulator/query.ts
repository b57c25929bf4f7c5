import { ApiFailure } from "./failure.ts";

/** `limit` (default 20, at most 100 or `cap`) and `offset` (assumed). */
export function paging(query: URLSearchParams, cap: number): { limit: number; offset: number } {
  const whole = (name: string, fallback: number, least: number): number => {
    const text = query.get(name);
    if (text === null) return fallback;
    if (!/^\d{1,9}$/.test(text) || Number(text) < least) {
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
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new ApiFailure("invalidParameters", `${name} must be an ISO 8601 instant`);
  return at;
}
