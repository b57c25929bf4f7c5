import type { Core } from "../accounts.ts";
import { iso, MINUTE_MS } from "../clock.ts";
import { ApiFailure } from "../contract/failures.ts";
import { instant, paging } from "../contract/query.ts";
import { allows } from "./access.ts";
import type { Call, Prepared } from "./dispatch.ts";
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

/** What requests without `?chain=` are about: the one chain the reference shows. */
const DEFAULT_CHAIN = "998899";

/** The endpoints keys are for: they answer whether the key may, and hold no data of their own. */
export function data(call: Call): Prepared {
  const { caller, client, query } = call;
  const { wish } = call.route;
  if (wish === null) throw new ApiFailure("notFound", "no such endpoint");
  if (caller.type !== "issued") throw new ApiFailure("forbidden", "use an issued API key here");
  const chain = query.get("chain") ?? DEFAULT_CHAIN;
  if (!allows(caller.key.doc.permissions, { ...wish, client, chain })) throw new ApiFailure("forbidden");
  return (now) => ({
    status: 200,
    body: { success: true, data: { resource: wish.resource, identity: wish.identity, chain }, timestamp: iso(now) },
    committed: false,
    keyId: caller.key.id,
  });
}
