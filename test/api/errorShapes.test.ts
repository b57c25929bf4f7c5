import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../provider/domain/errors.ts";
import { apiError, CREATE, TIMESTAMP } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { httpServer, type Reply } from "../support/network/rawServer.ts";

async function createAnsweredWith(reply: Reply) {
  const server = await httpServer(() => reply);
  const client = testClient(server.url);
  const error = await failureOf(client.create(CREATE));
  await client.close();
  await server.close();
  return error;
}

/** The three documented shapes of one error, and one that wraps it. */
const SHAPES: [string, (code: string, message: string, status: number) => object][] = [
  ["{success, error, message}", (code, message) => apiError(code, message)],
  [
    "{code, message, details, statusCode}",
    (code, message, statusCode) => ({ code, message, details: {}, statusCode, timestamp: TIMESTAMP }),
  ],
  ["{error: {code, message}}", (code, message) => ({ success: false, error: { code, message }, timestamp: TIMESTAMP })],
];

/** Status, code and text of the API; our code; words of cause and remedy. */
const REFUSALS: [number, string, string, ErrorCode, RegExp, RegExp][] = [
  [
    400,
    "INVALID_PARAMETERS",
    "Invalid permissions: unsupported resource 'foo'",
    "ZKS_INVALID",
    /^Invalid permissions/,
    /resources identity/,
  ],
  [400, "INVALID_PERMISSIONS", "", "ZKS_INVALID", /^Invalid permissions/, /actions read, write/],
  [400, "INVALID_PARAMETERS", "Unknown action 'foo'", "ZKS_INVALID", /^Invalid permissions/, /actions read, write/],
  [
    400,
    "INVALID_PARAMETERS",
    "Rate limit too high for your plan",
    "ZKS_INVALID",
    /^Rate limit too high/,
    /Lower `rateLimit`/,
  ],
  [400, "RATE_LIMIT_TOO_HIGH", "no", "ZKS_INVALID", /^Rate limit too high/, /change the plan/],
  [400, "INVALID_PARAMETERS", "requestsPerMinute exceeds the ceiling", "ZKS_INVALID", /^Rate limit too high/, /Lower/],
  [400, "INVALID_PARAMETERS", "Invalid webhook URL", "ZKS_INVALID", /^Invalid webhook URL/, /public https URL/],
  [422, "WEBHOOK_UNREACHABLE", "connect failed", "ZKS_INVALID", /^Invalid webhook URL/, /receiver/],
  [400, "INVALID_PARAMETERS", "API key already exists", "ZKS_CONFLICT", /^API key already exists/, /another `name`/],
  [409, "CONFLICT", "", "ZKS_CONFLICT", /^API key already exists/, /adopt/],
  [409, "ZKS-001-004", "whatever", "ZKS_CONFLICT", /^API key already exists/, /namePrefix/],
  [400, "INVALID_PARAMETERS", "expiry must be in the future", "ZKS_INVALID", /expiry/, /future/],
  [400, "INVALID_PARAMETERS", "something else", "ZKS_INVALID", /invalid/, /API reference/],
  [401, "UNAUTHORIZED", "Missing token", "ZKS_UNAUTHORIZED", /ZKSCORE_TOKEN or zkscore:token/, /Set ZKSCORE_TOKEN/],
  [401, "API_KEY_EXPIRED", "", "ZKS_UNAUTHORIZED", /has expired/, /ZKSCORE_TOKEN/],
  [401, "ZKS-002-002", "", "ZKS_UNAUTHORIZED", /has expired/, /ZKSCORE_TOKEN/],
  [401, "ZKS-002-001", "This key was revoked", "ZKS_UNAUTHORIZED", /was revoked/, /ZKSCORE_TOKEN/],
  [
    401,
    "INVALID_API_KEY",
    "invalid, expired or revoked",
    "ZKS_UNAUTHORIZED",
    /mistyped, expired, revoked/,
    /ZKSCORE_BASE_URL/,
  ],
  [403, "ZKS-002-003", "Insufficient permissions", "ZKS_FORBIDDEN", /may not manage keys/, /write access/],
  [403, "FORBIDDEN", "daily quota reached", "ZKS_QUOTA", /quota/, /not before/],
  [404, "NOT_FOUND", "", "ZKS_NOT_FOUND", /no such endpoint/, /\/api\/v1/],
  [429, "RATE_LIMIT_EXCEEDED", "", "ZKS_RATE_LIMITED", /more requests than its plan/, /later/],
  [429, "ZKS-003-001", "Rate limit exceeded for your plan", "ZKS_RATE_LIMITED", /plan/, /--parallel/],
  [429, "ZKS-003-002", "", "ZKS_QUOTA", /quota/, /not before 2026-11-21T00:00:00Z/],
  [500, "INTERNAL_ERROR", "", "ZKS_SERVER", /failed on its side/, /request id/],
];

describe.each(SHAPES)("the shape %s", (_, shape) => {
  it.each(REFUSALS)("%i %s %j is %s with its cause and remedy", async (status, apiCode, message, code, why, remedy) => {
    const headers = { "x-request-id": "req_01HXYZ-77" };
    const error = await createAnsweredWith({ status, headers, body: shape(apiCode, message, status) });
    expect(error.code).toBe(code);
    expect(error.status).toBe(status);
    expect(error.apiCode).toBe(apiCode);
    expect(error.requestId).toBe("req_01HXYZ-77");
    expect(error.why).toMatch(why);
    expect(error.remedy).toMatch(remedy);
    expect(error.message).toContain("POST /developer/keys");
    if (message.length > 25) expect(error.message).not.toContain(message);
  });
});

describe("a fourth shape never crashes and says what came", () => {
  it.each<[string, string, string, RegExp]>([
    ["HTML", "<html>Forbidden by WAF</html>", "text/html", /not the API's|in front of the API/],
    ["empty", "", "application/json", /not the API's|in front of the API/],
    ["truncated", '{"success":false,"err', "application/json", /not the API's|in front of the API/],
    ["a number", "42", "application/json", /not the API's|in front of the API/],
    ["null", "null", "application/json", /not the API's|in front of the API/],
    ["an array", "[1]", "application/json", /not the API's|in front of the API/],
    ["numbers as fields", '{"error":1,"message":2}', "application/json", /not the API's|in front of the API/],
    [
      "prototype keys",
      '{"__proto__":{"error":"UNAUTHORIZED"}}',
      "application/json",
      /not the API's|in front of the API/,
    ],
    ["inherited names", '{"toString":"x"}', "application/json", /not the API's|in front of the API/],
  ])("%s", async (_, body, type, why) => {
    for (const status of [400, 403, 502]) {
      const error = await createAnsweredWith({
        status,
        headers: { "content-type": type },
        body: JSON.parse(JSON.stringify(body)),
      });
      expect(error.apiCode).toBeUndefined();
      if (status !== 502) expect(error.why).toMatch(why);
      expect(error.message).not.toMatch(/WAF|undefined|NaN/);
    }
  });

  it("a success in HTML names the likely causes", async () => {
    const error = await createAnsweredWith({ headers: { "content-type": "text/html" }, body: "<html>login</html>" });
    expect(error.message).toContain("an answer that is not the API's (text/html)");
    expect(error.why).toContain("probably a proxy or a wrong base URL");
  });
});

it("a malformed success names the first bad field, and nothing of the data", async () => {
  const error = await createAnsweredWith({
    status: 201,
    body: {
      success: true,
      apiKey: "zk_prod_SECRETCANARY",
      keyId: "k",
      key: { id: "k", name: 7, metadata: { dataname: 1 } },
      timestamp: TIMESTAMP,
    },
  });
  expect(error.code).toBe("ZKS_MALFORMED");
  expect(error.why).toContain("`key.name`");
  expect(error.message).not.toContain("SECRETCANARY");
});

it.each(["a b", "x", "a".repeat(65), "id\u0007bell", "zk_prod_something", "<script>"])(
  "the request id %j is not shown",
  async (id) => {
    const printable = id.replace(/[^\x20-\x7e]/g, "");
    const error = await createAnsweredWith({
      status: 400,
      headers: { "x-request-id": printable === id ? id : "?" },
      body: apiError("X", "y"),
    });
    expect(error.requestId).toBeUndefined();
  },
);
