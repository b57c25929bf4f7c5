import { iso, MINUTE_MS } from "../clock.ts";
import { ApiFailure } from "../contract/failures.ts";
import { instant, paging } from "../contract/query.ts";
import type { Call, Core, Prepared } from "./operation.ts";
import { usageReport } from "./usageReport.ts";

/** `GET /developer/usage`: the account's, one key's, or with an issued key its own. `from` after `to` is an empty span. */
export function usage(core: Core, call: Call): Prepared {
  const { caller } = call;
  const asked = call.query.get("keyId") ?? undefined;
  if (caller.type === "issued" && asked !== undefined && asked !== caller.key.id) {
    throw new ApiFailure("forbidden", "a key can read its own usage only");
  }
  const keyId = caller.type === "issued" ? caller.key.id : asked;
  const from = instant(call.query, "from") ?? 0;
  const to = instant(call.query, "to");
  const page = paging(call.query, 100);
  return (now) => {
    const key = keyId === undefined ? undefined : core.keys.byId(keyId, now);
    if (keyId !== undefined && key?.account !== caller.account.index)
      throw new ApiFailure("notFound", "no API key has that id");
    const end = to ?? now + MINUTE_MS;
    const buckets = core.usage.buckets({ account: caller.account.index, keyId, from, to: end });
    const { requestsPerMinute, requestsPerHour, requestsPerDay } = { ...caller.account.limits, ...key?.doc.rateLimit };
    const ceilings = { requestsPerMinute, requestsPerHour, requestsPerDay };
    const report = usageReport(buckets, { from, to: Math.min(end, now), ...page, ceilings });
    const body = { success: true, ...report, timestamp: iso(now) };
    return { status: 200, body, committed: false, keyId: keyId ?? null };
  };
}
