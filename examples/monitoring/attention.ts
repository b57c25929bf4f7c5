import type { AccountKey, UsageTotals } from "pulumi-zkscore";

const DAY_MS = 86_400_000;

// What is worth a message. Change these to what you would act on.
const ENDS_WITHIN_DAYS = 14;
const ENDED_WITHIN_DAYS = 7;
const UNUSED_DAYS = 45;
const FAILED = { percent: 5, ofAtLeast: 100 };

/** What needs a person, a line each. `usage` is the account's of the last day, `now` epoch milliseconds. */
export function attention(keys: readonly AccountKey[], usage: UsageTotals, now: number): string[] {
  return [...keys.flatMap((key) => ofKey(key, now)), ...failures(usage)];
}

function ofKey({ name, status, expiry, lastUsed, createdAt }: AccountKey, now: number): string[] {
  const days = (instant: string) => Math.floor((Date.parse(instant) - now) / DAY_MS);
  const key = code(name);
  if (status === "expired" && expiry !== undefined && days(expiry) >= -ENDED_WITHIN_DAYS) {
    return [`${key} ended on ${day(expiry)}; ${lastUsed === undefined ? "it was never used" : "it had been in use"}`];
  }
  if (status !== "active" && status !== "inactive") return [];
  const found: string[] = [];
  if (expiry !== undefined && days(expiry) < ENDS_WITHIN_DAYS) {
    found.push(`${key} ends on ${day(expiry)}, days left: ${days(expiry)}`);
  }
  const idle = -days(lastUsed ?? createdAt);
  if (idle > UNUSED_DAYS) found.push(`${key} has not been used for ${idle} days: revoke it?`);
  return found;
}

function failures({ totalRequests, failedRequests = 0 }: UsageTotals): string[] {
  const percent = Math.round((failedRequests / totalRequests) * 100);
  if (totalRequests < FAILED.ofAtLeast || percent < FAILED.percent) return [];
  return [`${percent} % of the last day's ${totalRequests} requests failed`];
}

function day(instant: string): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** A name as code. Whoever may make keys chooses names, and mustn't ping a whole channel (`<!here>`, `@all`) with one. */
function code(name: string): string {
  return `\`${name.replace(/[^\w .:-]/g, "?")}\``;
}
