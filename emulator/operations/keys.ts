import { KEY_STATUSES } from "../../provider/domain/vocabulary.ts";
import type { CreateRequest, UpdateRequest } from "../../provider/domain/wire.ts";
import type { Caller } from "../accounts.ts";
import { DAY_MS, dayStart, iso } from "../clock.ts";
import { ApiFailure, tooMany } from "../contract/failures.ts";
import { paging } from "../contract/query.ts";
import { createBody, updateBody } from "../contract/requests.ts";
import type { KeyRecord } from "../store/keyRow.ts";
import { echoesRequest, widened } from "../widen.ts";
import type { Call, Core, Prepared } from "./operation.ts";
import { type RenderContext, renderKey, renderListed, renderWebhooks } from "./render.ts";
import { checkReachable, parseBody } from "./validate.ts";

function context(core: Core, caller: Caller, now: number, keyIds: readonly string[]): (id: string) => RenderContext {
  const counters = core.usage.counters(keyIds, now);
  const shared = { modes: core.modes, limits: caller.account.limits, now, webhookStats: core.webhooks.stats };
  return (id) => ({ ...shared, counters: counters.get(id) });
}

/** `POST /developer/keys`. */
export async function create(core: Core, call: Call): Promise<Prepared> {
  const { account } = call.caller;
  const body = parseBody(createBody, call.body, account.limits);
  if (core.modes.checkWebhooks) await checkReachable(body.webhooks);
  return (now) => {
    checkQuota(core, call.caller, body, now);
    const { widen } = core.modes;
    const { secret, key } = core.keys.insert(account.index, widened(widen, "store", body), now);
    const shown = { apiKey: secret, keyId: key.id, ...answered(core, call, key, body, now) };
    return { status: 201, body: { success: true, ...shown, timestamp: iso(now) }, committed: true, keyId: key.id };
  };
}

/** What create and update answer of a key. */
function answered(core: Core, { caller }: Call, key: KeyRecord, body: CreateRequest | UpdateRequest, now: number) {
  const render = context(core, caller, now, [key.id])(key.id);
  return { key: renderKey(echoed(core, key, body), render), webhooks: renderWebhooks(key, render) };
}

/** A key as the answer to create or update shows it: with what the request asked for, where the mode hides what is kept. */
function echoed(core: Core, key: KeyRecord, body: CreateRequest | UpdateRequest): KeyRecord {
  const { widen } = core.modes;
  const { permissions = key.doc.permissions, rateLimit } = body;
  const expiry = "expiry" in body ? body.expiry : undefined;
  const asked = {
    ...{ ...key.doc, permissions },
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(expiry === undefined ? {} : { expiry }),
  };
  return reshown(key, widened(widen, "echo", echoesRequest(widen) ? asked : key.doc));
}

function listed(core: Core, key: KeyRecord): KeyRecord {
  return reshown(key, widened(core.modes.widen, "list", key.doc));
}

function reshown(key: KeyRecord, doc: KeyRecord["doc"]): KeyRecord {
  return doc === key.doc ? key : { ...key, doc, expiresAt: doc.expiry === undefined ? null : Date.parse(doc.expiry) };
}

/** An update as it is kept: what it doesn't name isn't widened. */
function changedTo(core: Core, body: UpdateRequest): UpdateRequest {
  const { permissions = [], rateLimit } = body;
  const wider = widened(core.modes.widen, "store", {
    permissions,
    ...(rateLimit === undefined ? {} : { rateLimit }),
  });
  return {
    ...body,
    ...(body.permissions === undefined ? {} : { permissions: wider.permissions }),
    ...(rateLimit === undefined ? {} : { rateLimit: wider.rateLimit }),
  };
}

function checkQuota(core: Core, caller: Caller, body: CreateRequest, now: number): void {
  const { index, limits } = caller.account;
  // A taken name is refused first by default: which comes first is not documented.
  if (limits.keysPerDay === undefined || core.keys.createdToday(index, now) < limits.keysPerDay) return;
  if (!core.modes.quotaBeforeName && core.keys.nameTaken(index, body.name)) return;
  throw tooMany("quota", dayStart(now) + DAY_MS - now, `${limits.keysPerDay} keys a day`);
}

/** `GET /developer/keys`. */
export function list(core: Core, call: Call): Prepared {
  const { account } = call.caller;
  const { limit, offset } = paging(call.query, core.modes.maxPageSize);
  const status = call.query.get("status") ?? undefined;
  if (status !== undefined && !KEY_STATUSES.some((known) => known === status)) {
    throw new ApiFailure("invalidParameters", `status must be one of ${KEY_STATUSES.join(", ")}`);
  }
  return (now) => {
    const stale = call.listFault("staleList");
    const looping = call.listFault("loopingPages") !== undefined;
    const before = stale?.at === undefined ? { writes: stale?.writes ?? 1 } : { at: Date.parse(stale.at) };
    const rev = stale === undefined ? undefined : core.keys.revision(account.index, before);
    const hideRevoked = core.modes.deleteForgets;
    const page = { account: account.index, status, hideRevoked, limit, offset: looping ? 0 : offset, rev };
    const { keys, total } = core.keys.list(page, now);
    const used = keys.filter((key) => key.totalRequests > 0).map((key) => key.id);
    const render = context(core, call.caller, now, used);
    return {
      status: 200,
      body: {
        success: true,
        keys: keys.map((key) => renderListed(listed(core, key), render(key.id))),
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

/** `DELETE /developer/keys/:id`. */
export function revoke(core: Core, call: Call): Prepared {
  const id = call.keyId ?? "";
  return (now) => {
    core.keys.revoke(call.caller.account.index, id, now);
    return { status: 200, body: { success: true, keyId: id, timestamp: iso(now) }, committed: true, keyId: id };
  };
}

/** `PATCH /developer/keys/:id`, where the deployment has it. */
export async function update(core: Core, call: Call): Promise<Prepared> {
  const { updates, checkWebhooks } = core.modes;
  if (updates === 404) throw new ApiFailure("notFound", "no such endpoint");
  if (updates === 405) throw new ApiFailure("methodNotAllowed", undefined, { headers: { Allow: "DELETE" } });
  if (updates === 501) throw new ApiFailure("notImplemented");
  const id = call.keyId ?? "";
  const { account } = call.caller;
  const body = parseBody(updateBody, call.body, account.limits);
  if (checkWebhooks) await checkReachable(body.webhooks);
  return (now) => {
    const key = core.keys.change(account.index, id, changedTo(core, body), now);
    const shown = answered(core, call, key, body, now);
    return { status: 200, body: { success: true, ...shown, timestamp: iso(now) }, committed: true, keyId: id };
  };
}
