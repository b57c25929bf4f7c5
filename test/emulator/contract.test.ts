import { afterAll, expect, test } from "vitest";
import { SCHEMAS } from "../../emulator/contract/schemas.ts";
import {
  KEY_OPERATIONS,
  type KeyOperation,
  STATUS_TABLE,
  STATUSES,
  type Status,
} from "../../emulator/contract/statuses.ts";
import { type EmulatorOptions, startEmulator } from "../../emulator/index.ts";
import { ask, type Raw } from "../support/emulator.ts";

/**
 * Operation × status, without a blank: each cell that can occur is provoked over a socket and compared with a body
 * written by hand from the reference, not from the shared schemas; then the shared schemas must accept it, too.
 */
const NOW = "2026-03-04T05:06:07.000Z";
const MADE = "2026-03-04T05:04:07.000Z"; // when key `a` was created
const KEYS = "/developer/keys";
const READ = [{ resource: "scores", actions: ["read"] }];
const minimal = { name: "a", permissions: READ };
const id = expect.stringMatching(/^key_[0-9a-f]{20}$/);

const flat = (error: string, message: string) => ({ success: false, error, message, timestamp: NOW });
const shownKey = {
  id,
  name: "a",
  description: null,
  permissions: READ,
  rateLimit: null,
  status: "active",
  createdAt: MADE,
  expiry: null,
  lastUsed: null,
  usage: { totalRequests: 0, requestsToday: 0, requestsThisMonth: 0 },
};
const unauthorized = flat("UNAUTHORIZED", "Unauthorized: send Authorization: Bearer <token>");
const cantManage = flat("FORBIDDEN", "Insufficient permissions: an issued key can't manage keys");
const noLiveKey = flat("NOT_FOUND", "Not found: no live API key has that id");
const taken = flat("CONFLICT", "API key already exists: another live key of this account has this name");
const tooMany = flat("RATE_LIMIT_EXCEEDED", "Rate limit exceeded: 1 requests a minute");
const broken = flat("INTERNAL_ERROR", "Internal server error");

interface World {
  url: string;
  token: string;
  /** A key named `a`, with its secret. */
  keyId: string;
  secret: string;
  /** Another live key, named `b`. */
  otherId: string;
  fault500(): void;
}

interface Case {
  options?: EmulatorOptions;
  run(world: World): Promise<Raw>;
  body: unknown;
  headers?: Record<string, unknown>;
}

const to = (path: string, method: string, body?: unknown) => (world: World) =>
  ask(world.url + path.replace(":id", world.keyId).replace(":other", world.otherId), world.token, method, body);
const anonymous = (path: string, method: string, body?: unknown) => (world: World) =>
  ask(world.url + path, undefined, method, body);
const withKey = (path: string, method: string, body?: unknown) => (world: World) =>
  ask(world.url + path.replace(":id", world.keyId).replace(":other", world.otherId), world.secret, method, body);
const faulty = (path: string, method: string, body?: unknown) => (world: World) => {
  world.fault500();
  return to(path, method, body)(world);
};
/** One request a minute, and `after` spends it. */
const spent: EmulatorOptions = { updates: "patch", accounts: [{ requestsPerMinute: 1 }] };
const after = (first: (world: World) => Promise<Raw>) => async (world: World) => {
  await ask(`${world.url}${KEYS}`, world.token);
  return first(world);
};
const patch: EmulatorOptions = { updates: "patch" };
const retryAfter = { "retry-after": ["53"] }; // to the end of the minute

const CASES: Record<KeyOperation, Partial<Record<Status, Case>>> = {
  create: {
    201: {
      run: to(KEYS, "POST", {
        name: "c",
        description: "For the back end",
        permissions: [
          {
            resource: "scores",
            actions: ["read", "write"],
            restrictions: { identities: ["alice.zks"], chains: ["998899"] },
          },
        ],
        rateLimit: { requestsPerMinute: 60, burstLimit: 5 },
        expiry: "2026-12-31T00:00:00Z",
        webhooks: [{ url: "https://example.com/hook", events: ["score.updated"], secret: "never shown again" }],
        metadata: { team: "core" },
      }),
      body: {
        success: true,
        apiKey: expect.stringMatching(/^zk_prod_[A-Za-z0-9]{40}$/),
        keyId: id,
        key: {
          ...shownKey,
          name: "c",
          createdAt: NOW,
          description: "For the back end",
          permissions: [
            {
              resource: "scores",
              actions: ["read", "write"],
              restrictions: { identities: ["alice.zks"], chains: ["998899"] },
            },
          ],
          rateLimit: { requestsPerMinute: 60, burstLimit: 5 },
          expiry: "2026-12-31T00:00:00Z",
        },
        webhooks: [
          {
            id: expect.stringMatching(/^wh_/),
            url: "https://example.com/hook",
            events: ["score.updated"],
            status: "active",
            lastDelivery: null,
            deliveryCount: 0,
            failureCount: 0,
          },
        ],
        timestamp: NOW,
      },
    },
    400: {
      run: to(KEYS, "POST", { name: "c" }),
      body: flat("INVALID_PARAMETERS", "Invalid permissions: permissions is missing or of the wrong type"),
    },
    401: { run: anonymous(KEYS, "POST", minimal), body: unauthorized },
    403: { run: withKey(KEYS, "POST", minimal), body: cantManage },
    409: { run: to(KEYS, "POST", minimal), body: taken },
    429: {
      options: { accounts: [{ plan: "free", limits: { keysPerDay: 2 } }] },
      run: to(KEYS, "POST", { ...minimal, name: "c" }),
      body: flat("ZKS-003-002", "Quota exceeded: 2 keys a day"),
      headers: { "retry-after": [String((18 * 60 + 53) * 60 + 53)] }, // to UTC midnight
    },
    500: { run: faulty(KEYS, "POST", { ...minimal, name: "c" }), body: broken },
  },
  list: {
    200: {
      run: to(`${KEYS}?limit=1&offset=1`, "GET"),
      body: {
        success: true,
        keys: [
          {
            ...shownKey,
            usage: {
              totalRequests: 0,
              requestsToday: 0,
              requestsThisWeek: 0,
              requestsThisMonth: 0,
              averageRequestsPerDay: 0,
              peakRequestsPerHour: 0,
              lastRequestAt: null,
            },
            webhooks: [],
            metadata: {},
          },
        ],
        pagination: { total: 2, limit: 1, offset: 1, hasMore: false },
        summary: {
          totalKeys: 2,
          activeKeys: 2,
          inactiveKeys: 0,
          expiredKeys: 0,
          revokedKeys: 0,
          totalRequests: 0,
          requestsToday: 0,
          averageRequestsPerKey: 0,
        },
        timestamp: NOW,
      },
    },
    400: {
      run: to(`${KEYS}?limit=none`, "GET"),
      body: flat("INVALID_PARAMETERS", "Invalid parameters: limit must be a whole number, at least 1"),
    },
    401: { run: anonymous(KEYS, "GET"), body: unauthorized },
    403: { run: withKey(KEYS, "GET"), body: cantManage },
    429: { options: spent, run: after(to(KEYS, "GET")), body: tooMany, headers: retryAfter },
    500: { run: faulty(KEYS, "GET"), body: broken },
  },
  revoke: {
    200: { run: to(`${KEYS}/:id`, "DELETE"), body: { success: true, keyId: id, timestamp: NOW } },
    401: { run: anonymous(`${KEYS}/key_x`, "DELETE"), body: unauthorized },
    403: { run: withKey(`${KEYS}/:id`, "DELETE"), body: cantManage },
    404: { run: to(`${KEYS}/key_unknown`, "DELETE"), body: noLiveKey },
    429: { options: spent, run: after(to(`${KEYS}/:id`, "DELETE")), body: tooMany, headers: retryAfter },
    500: { run: faulty(`${KEYS}/:id`, "DELETE"), body: broken },
  },
  update: {
    200: {
      options: patch,
      run: to(`${KEYS}/:id`, "PATCH", { description: "New", rateLimit: { requestsPerDay: 9 } }),
      body: {
        success: true,
        key: { ...shownKey, description: "New", rateLimit: { requestsPerDay: 9 } },
        webhooks: [],
        timestamp: NOW,
      },
    },
    400: {
      options: patch,
      run: to(`${KEYS}/:id`, "PATCH", { expiry: "2027-01-01T00:00:00Z" }),
      body: flat("INVALID_PARAMETERS", "Invalid parameters: the body has a field this API doesn't know"),
    },
    401: { run: anonymous(`${KEYS}/key_x`, "PATCH", {}), body: unauthorized },
    403: { run: withKey(`${KEYS}/:id`, "PATCH", {}), body: cantManage },
    404: { options: patch, run: to(`${KEYS}/key_unknown`, "PATCH", {}), body: noLiveKey },
    405: {
      options: { updates: 405 },
      run: to(`${KEYS}/:id`, "PATCH", {}),
      body: flat("METHOD_NOT_ALLOWED", "Method not allowed"),
      headers: { allow: ["DELETE"] },
    },
    409: { options: patch, run: to(`${KEYS}/:id`, "PATCH", { name: "b" }), body: taken },
    429: { options: spent, run: after(to(`${KEYS}/:id`, "PATCH", {})), body: tooMany, headers: retryAfter },
    500: { run: faulty(`${KEYS}/:id`, "PATCH", {}), body: broken },
    501: {
      options: { updates: 501 },
      run: to(`${KEYS}/:id`, "PATCH", {}),
      body: flat("NOT_IMPLEMENTED", "Not implemented"),
    },
  },
  usage: {
    200: {
      run: to("/developer/usage?keyId=:id", "GET"),
      body: {
        success: true,
        usage: {
          totalRequests: 0,
          successfulRequests: 0,
          failedRequests: 0,
          successRate: 0,
          averageLatency: 0,
          peakLatency: 0,
          requestsPerMinute: 0,
          requestsPerHour: 0,
          requestsPerDay: 0,
          peakRequestsPerMinute: 0,
          peakRequestsPerHour: 0,
          dataTransferred: 0,
          averageDataPerRequest: 0,
        },
        timeSeries: [],
        breakdown: { byEndpoint: [], byMethod: [], byStatusCode: [], byKey: [] },
        errors: { totalErrors: 0, errorRate: 0, byType: [], byEndpoint: [], byStatusCode: [] },
        rateLimits: {
          current: {},
          usage: { requestsPerMinute: 0, requestsPerHour: 0, requestsPerDay: 0 },
          utilization: { requestsPerMinute: 0, requestsPerHour: 0, requestsPerDay: 0 },
        },
        alerts: [],
        pagination: { total: 0, limit: 20, offset: 0, hasMore: false },
        timestamp: NOW,
      },
    },
    400: {
      run: to("/developer/usage?from=yesterday", "GET"),
      body: flat("INVALID_PARAMETERS", "Invalid parameters: from must be an ISO 8601 instant"),
    },
    401: { run: anonymous("/developer/usage", "GET"), body: unauthorized },
    403: {
      run: withKey("/developer/usage?keyId=:other", "GET"),
      body: flat("FORBIDDEN", "Insufficient permissions: a key can read its own usage only"),
    },
    404: {
      run: to("/developer/usage?keyId=key_unknown", "GET"),
      body: flat("NOT_FOUND", "Not found: no API key has that id"),
    },
    429: { options: spent, run: after(to("/developer/usage", "GET")), body: tooMany, headers: retryAfter },
    500: { run: faulty("/developer/usage", "GET"), body: broken },
  },
};

const RESPONSES = {
  create: SCHEMAS.CreateResponse,
  list: SCHEMAS.ListResponse,
  revoke: SCHEMAS.RevokeResponse,
  update: SCHEMAS.UpdateResponse,
  usage: SCHEMAS.UsageResponse,
};

let provoked = 0;
let impossible = 0;

for (const operation of KEY_OPERATIONS) {
  for (const status of STATUSES) {
    const cell = STATUS_TABLE[operation][status];
    const example = CASES[operation][status];
    if ("never" in cell) {
      test(`${operation} never answers ${status}: ${cell.never}`, () => {
        expect(example, "listed as impossible, yet provoked").toBeUndefined();
        expect(cell.never.length).toBeGreaterThan(10);
        impossible += 1;
      });
      continue;
    }
    test(`${operation} answers ${status} as the reference says`, async () => {
      if (example === undefined) throw new Error(`no case for ${operation} ${status}`);
      const raw = await provoke(operation, example);
      expect(raw.json).toEqual(example.body);
      expect(raw.status).toBe(status);
      const shared = status < 300 ? RESPONSES[operation] : SCHEMAS.FlatError;
      expect(shared.safeParse(raw.json).error).toBeUndefined();
      expect(raw.headers).toMatchObject({
        "content-type": ["application/json; charset=utf-8"],
        "x-request-id": [expect.stringMatching(/^req_[0-9a-f]{20}$/)],
        "x-ratelimit-limit": [expect.stringMatching(/^\d+$/)],
        "x-ratelimit-remaining": [expect.stringMatching(/^\d+$/)],
        "x-ratelimit-reset": [String(Date.parse("2026-03-04T05:07:00Z") / 1000)],
        ...example.headers,
      });
      provoked += 1;
    });
  }
}

test("no cell of the table is blank", () => {
  expect(provoked + impossible).toBe(KEY_OPERATIONS.length * STATUSES.length);
  expect(provoked).toBeGreaterThanOrEqual(35);
});

afterAll(() => {
  console.log(`contract: ${provoked} cells provoked, ${impossible} listed as impossible`);
});

async function provoke(operation: KeyOperation, example: Case): Promise<Raw> {
  const emulator = await startEmulator({ clock: MADE, ...example.options });
  try {
    const token = emulator.accounts[0]?.token ?? "";
    const made: { keyId: string; apiKey: string }[] = [];
    for (const name of ["a", "b"]) {
      // One minute apart from the request in question, and from each other, so no rate window is shared.
      const answer = await ask(`${emulator.url}${KEYS}`, token, "POST", { ...minimal, name });
      made.push(SCHEMAS.CreateResponse.parse(answer.json));
      emulator.advance(60_000);
    }
    emulator.setNow(NOW);
    for (const { keyId } of made) expect(emulator.keys().map((key) => key.id)).toContain(keyId);
    const [a, b] = made;
    return await example.run({
      url: emulator.url,
      token,
      keyId: a?.keyId ?? "",
      secret: a?.apiKey ?? "",
      otherId: b?.keyId ?? "",
      fault500: () => emulator.faults.add({ operation, kind: "status", status: 500 }),
    });
  } finally {
    await emulator.close();
  }
}
