import { KEY_STATUSES } from "../provider/domain/vocabulary.ts";
import type { CreateRequest } from "../provider/domain/wire.ts";
import { allows, allowsEverything } from "./access.ts";
import { DAY_MS, dayStart, iso, MINUTE_MS } from "./clock.ts";
import type { Caller, Core } from "./core.ts";
import { ApiFailure, tooMany } from "./failure.ts";
import type { FaultSpec } from "./faultSpec.ts";
import { type RenderContext, renderKey, renderListed, renderWebhooks } from "./render.ts";
import type { Route } from "./routes.ts";
import { usageReport } from "./usageReport.ts";
import { checkReachable, parseCreate, parseUpdate } from "./validate.ts";

/** A request, parsed and authenticated. */
export interface Call {
  route: Route;
  query: URLSearchParams;
  body: unknown;
  caller: Caller;
  /** The client's address. */
  client: string;
  /** Takes a fault of a kind that changes what a list says, if one is due. */
  quirk<K extends "staleList" | "loopingPages">(kind: K): (FaultSpec & { kind: K }) | undefined;
}

/** What an operation answers, before it is written to the socket. */
export interface Result {
  status: number;
  body: Record<string, unknown>;
  /** Whether it changed something. */
  committed: boolean;
  keyId: string | null;
}

/** Validated; `run` is synchronous and is called inside one transaction. */
export type Prepared = (now: number) => Result;

/** Validates a call, or throws the failure it deserves. */
export async function prepare(core: Core, call: Call): Promise<Prepared> {
  const { operation } = call.route;
  if (operation === "data") return data(call);
  if (operation === "usage") return usage(core, call);
  if (operation === "unknown") throw new ApiFailure("notFound", "no such endpoint");
  if (
    call.caller.type === "issued" &&
    !(core.modes().issuedKeysManage && allowsEverything(call.caller.key.doc.permissions))
  ) {
    throw new ApiFailure("forbidden", "an issued key can't manage keys");
  }
  if (operation === "create") return create(core, call);
  if (operation === "update") return update(core, call);
  return operation === "list" ? list(core, call) : revoke(core, call);
}

function context(core: Core, caller: Caller, now: number, keyIds: readonly string[]): (id: string) => RenderContext {
  const counters = core.usage.counters(keyIds, now);
  const shared = { modes: core.modes(), limits: caller.account.limits, now, webhookStats: core.webhooks.stats };
  return (id) => ({ ...shared, counters: counters.get(id) });
}

async function create(core: Core, call: Call): Promise<Prepared> {
  const { account } = call.caller;
  const body = parseCreate(call.body, account.limits, core.clock.now());
  if (core.modes().checkWebhooks) await checkReachable(body.webhooks);
  return (now) => {
    checkQuota(core, call.caller, body, now);
    const { secret, key } = core.keys.insert(account.index, body, now);
    const render = context(core, call.caller, now, [])(key.id);
    return {
      status: 201,
      body: {
        success: true,
        apiKey: secret,
        keyId: key.id,
        key: renderKey(key, render),
        webhooks: renderWebhooks(key, render),
        timestamp: iso(now),
      },
      committed: true,
      keyId: key.id,
    };
  };
}

function checkQuota(core: Core, caller: Caller, body: CreateRequest, now: number): void {
  const { index, limits } = caller.account;
  // A taken name is refused first by default: which comes first is not documented.
  if (limits.keysPerDay === undefined || core.keys.createdToday(index, now) < limits.keysPerDay) return;
  if (!core.modes().quotaBeforeName && core.keys.nameTaken(index, body.name)) return;
  throw tooMany("quota", dayStart(now) + DAY_MS - now, `${limits.keysPerDay} keys a day`);
}

function list(core: Core, call: Call): Prepared {
  const { account } = call.caller;
  const { limit, offset } = paging(call.query, core.modes().maxPageSize);
  const status = call.query.get("status") ?? undefined;
  if (status !== undefined && !KEY_STATUSES.some((known) => known === status)) {
    throw new ApiFailure("invalidParameters", `status must be one of ${KEY_STATUSES.join(", ")}`);
  }
  return (now) => {
    const stale = call.quirk("staleList");
    const looping = call.quirk("loopingPages") !== undefined;
    const before = stale?.at === undefined ? { writes: stale?.writes ?? 1 } : { at: Date.parse(stale.at) };
    const rev = stale === undefined ? undefined : core.keys.revision(account.index, before);
    const hideRevoked = core.modes().deleteForgets;
    const page = { account: account.index, status, hideRevoked, limit, offset: looping ? 0 : offset, rev };
    const { keys, total } = core.keys.list(page, now);
    const used = keys.filter((key) => key.totalRequests > 0).map((key) => key.id);
    const render = context(core, call.caller, now, used);
    return {
      status: 200,
      body: {
        success: true,
        keys: keys.map((key) => renderListed(key, render(key.id))),
        pagination: { total, limit, offset, hasMore: looping || offset + keys.length < total },
        summary: summary(core, account.index, now),
        timestamp: iso(now),
      },
      committed: false,
      keyId: null,
    };
  };
}

function summary(core: Core, account: number, now: number): Record<string, number> {
  const by = core.keys.summary(account, now);
  const totals = [...by.values()];
  const totalKeys = totals.reduce((all, { keys }) => all + keys, 0);
  const totalRequests = totals.reduce((all, { requests }) => all + requests, 0);
  return {
    totalKeys,
    activeKeys: by.get("active")?.keys ?? 0,
    inactiveKeys: by.get("inactive")?.keys ?? 0,
    expiredKeys: by.get("expired")?.keys ?? 0,
    revokedKeys: by.get("revoked")?.keys ?? 0,
    totalRequests,
    requestsToday: core.usage.today(account, now),
    averageRequestsPerKey: totalKeys === 0 ? 0 : totalRequests / totalKeys,
  };
}

function revoke(core: Core, call: Call): Prepared {
  const id = call.route.keyId ?? "";
  return (now) => {
    core.keys.revoke(call.caller.account.index, id, now);
    return { status: 200, body: { success: true, keyId: id, timestamp: iso(now) }, committed: true, keyId: id };
  };
}

async function update(core: Core, call: Call): Promise<Prepared> {
  const { updates, checkWebhooks } = core.modes();
  if (updates === 404) throw new ApiFailure("notFound", "no such endpoint");
  if (updates === 405) throw new ApiFailure("methodNotAllowed", undefined, { headers: { Allow: "DELETE" } });
  if (updates === 501) throw new ApiFailure("notImplemented");
  const id = call.route.keyId ?? "";
  const { account } = call.caller;
  const body = parseUpdate(call.body, account.limits);
  if (checkWebhooks) await checkReachable(body.webhooks);
  return (now) => {
    const key = core.keys.change(account.index, id, body, now);
    const render = context(core, call.caller, now, [id])(id);
    const shown = { key: renderKey(key, render), webhooks: renderWebhooks(key, render) };
    return { status: 200, body: { success: true, ...shown, timestamp: iso(now) }, committed: true, keyId: id };
  };
}

function usage(core: Core, call: Call): Prepared {
  const { caller } = call;
  const asked = call.query.get("keyId") ?? undefined;
  if (caller.type === "issued" && asked !== undefined && asked !== caller.key.id) {
    throw new ApiFailure("forbidden", "a key can read its own usage only");
  }
  const keyId = caller.type === "issued" ? caller.key.id : asked;
  const from = instant(call.query, "from") ?? 0;
  const to = instant(call.query, "to");
  if (to !== undefined && from > to) throw new ApiFailure("invalidParameters", "from is after to");
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

function data(call: Call): Prepared {
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

function paging(query: URLSearchParams, cap: number): { limit: number; offset: number } {
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

function instant(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new ApiFailure("invalidParameters", `${name} must be an ISO 8601 instant`);
  return at;
}
