import type { CreateRequest, WireKey } from "../../../provider/domain/wire.ts";

/** Bodies written by hand from the public reference, so that the wire schemas are not checked against themselves. */
export const TIMESTAMP = "2026-11-20T12:00:00.000Z";

export const CREATE: CreateRequest = {
  name: "backend-a1b2c3",
  permissions: [{ resource: "scores", actions: ["read"] }],
  webhooks: [{ url: "https://hooks.example.com/zks", events: ["score.updated"], secret: "WHSECRET-canary-4f1e9d77" }],
  metadata: { "pulumi:owner": "abc" },
};

export function key(id: string, more: Partial<WireKey> = {}): WireKey {
  return {
    id,
    name: `name-${id}`,
    permissions: [{ resource: "scores", actions: ["read"] }],
    rateLimit: { requestsPerMinute: 60 },
    status: "active",
    createdAt: "2026-11-01T00:00:00.000Z",
    expiry: null,
    lastUsed: null,
    usage: { totalRequests: 0, requestsToday: 0, requestsThisMonth: 0 },
    ...more,
  };
}

export function created(id = "key_new", apiKey = "zk_prod_ISSUED-canary-88aa77bb") {
  return { success: true, apiKey, keyId: id, key: key(id), webhooks: [], timestamp: TIMESTAMP };
}

export function updated(id = "key_1") {
  return { success: true, key: key(id), webhooks: [], timestamp: TIMESTAMP };
}

export const revoked = { success: true, timestamp: TIMESTAMP };

export const usage = {
  success: true,
  usage: { totalRequests: 12, successfulRequests: 11, failedRequests: 1 },
  timeSeries: [],
  timestamp: TIMESTAMP,
};

/** One page of `keys` as a well-behaved server answers `?limit=&offset=`. */
export function page(keys: readonly WireKey[], url: string, cap = 100) {
  const query = new URL(url, "http://x").searchParams;
  const offset = Number(query.get("offset") ?? 0);
  const limit = Math.min(Number(query.get("limit") ?? 50), cap);
  const part = keys.slice(offset, offset + limit);
  return {
    success: true,
    keys: part,
    pagination: { total: keys.length, limit, offset, hasMore: offset + part.length < keys.length },
    summary: { totalKeys: keys.length },
    timestamp: TIMESTAMP,
  };
}

export function apiError(error: string, message: string, more: object = {}) {
  return { success: false, error, message, timestamp: TIMESTAMP, ...more };
}
