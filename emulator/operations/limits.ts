import type { Account, Caller } from "../accounts.ts";
import { DAY_MS, MINUTE_MS } from "../clock.ts";
import { tooMany } from "../contract/failures.ts";
import type { Core } from "./operation.ts";

/** The numbers of the `X-RateLimit-*` headers. `resetMs`: end of the minute, epoch ms. */
export interface Allowance {
  limit: number;
  remaining: number;
  resetMs: number;
}

/** Rate limits: fixed windows of the UTC minute, hour and day, and a second for `burstLimit` (assumed). */
export interface Limits {
  /** Counts a request; throws `rateLimited`, with the wait until the window ends, when it is one too many. */
  admit(caller: Caller, now: number): void;
  /** What is left of the minute; without a caller, of nobody's. */
  allowance(caller: Caller | undefined, now: number): Allowance;
}

const NO_LIMIT = 1_000_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The management token's minute and an issued key's second are counted in memory, so a restart forgets them; an issued
 * key's minute, hour and day are counted from its stored usage, which a restart doesn't.
 */
export function limits(core: Core): Limits {
  const counts = new Map<string, { window: number; used: number }>();
  const inWindow = (name: string, window: number): { window: number; used: number } => {
    const current = counts.get(name);
    if (current?.window === window) return current;
    const fresh = { window, used: 0 };
    counts.set(name, fresh);
    return fresh;
  };
  const minuteOf = ({ index }: Account, now: number) => inWindow(`account ${index}`, Math.floor(now / MINUTE_MS));
  const minuteEnd = (now: number): number => (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;

  const admitIssued = (caller: Caller & { type: "issued" }, now: number): void => {
    const { id, doc } = caller.key;
    const windows = [
      [MINUTE_MS, doc.rateLimit?.requestsPerMinute, caller.account.limits.requestsPerMinute, "minute"],
      [HOUR_MS, doc.rateLimit?.requestsPerHour, caller.account.limits.requestsPerHour, "hour"],
      [DAY_MS, doc.rateLimit?.requestsPerDay, caller.account.limits.requestsPerDay, "day"],
    ] as const;
    for (const [length, own, plan, name] of windows) {
      const limit = Math.min(own ?? NO_LIMIT, plan ?? NO_LIMIT);
      const start = Math.floor(now / length) * length;
      if (limit < NO_LIMIT && core.usage.admitted(id, start) >= limit) {
        throw tooMany("rateLimited", start + length - now, `${limit} requests a ${name}`);
      }
    }
    const burst = doc.rateLimit?.burstLimit;
    const second = inWindow(`key ${id}`, Math.floor(now / 1000));
    if (burst !== undefined && second.used >= burst) throw tooMany("rateLimited", 1000, `${burst} requests at once`);
    second.used += 1;
  };

  return {
    admit: (caller, now) => {
      if (caller.type === "issued") return admitIssued(caller, now);
      const window = minuteOf(caller.account, now);
      if (window.used >= caller.account.requestsPerMinute) {
        throw tooMany("rateLimited", minuteEnd(now) - now, `${caller.account.requestsPerMinute} requests a minute`);
      }
      window.used += 1;
    },
    allowance: (caller, now) => {
      const resetMs = minuteEnd(now);
      const left = (limit: number, used: number) => ({ limit, remaining: Math.max(0, limit - used), resetMs });
      if (caller === undefined) return left(NO_LIMIT, 0);
      if (caller.type === "management")
        return left(caller.account.requestsPerMinute, minuteOf(caller.account, now).used);
      const own = caller.key.doc.rateLimit?.requestsPerMinute ?? NO_LIMIT;
      const limit = Math.min(own, caller.account.limits.requestsPerMinute ?? NO_LIMIT);
      return left(limit, core.usage.admitted(caller.key.id, resetMs - MINUTE_MS));
    },
  };
}
