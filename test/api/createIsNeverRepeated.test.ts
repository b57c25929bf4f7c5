import { describe, expect, it } from "vitest";
import { apiError, CREATE, created } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { FAULTS } from "../support/api/faults.ts";
import { httpServer, rawServer } from "../support/network/rawServer.ts";

/** Faults after which a key may exist. */
const UNKNOWN = [
  "reset after the request",
  "closed after the request",
  "no answer at all",
  "headers that drip for ever",
  "not HTTP",
  "a body that drips for ever",
  "a body shorter than its length",
  "reset in the middle of the body",
  "headers, then silence",
  "an empty success",
  "a success in HTML",
  "truncated JSON",
  "success: false with 200",
  "wrong types",
  "a body of 11 MB",
  "moved for good",
  "see other",
  "408",
  "499",
  "500",
  "500 with a cut body",
  "501",
  "502 in HTML",
  "503 with a wait",
  "504 without a body",
] as const;

describe("a POST that may have been committed is sent once and says so", () => {
  it.each(UNKNOWN)("%s", async (name) => {
    const fault = FAULTS[name] ?? expect.fail("no such fault");
    const server = await rawServer(fault);
    const client = testClient(server.url);
    const error = await failureOf(client.create(CREATE));
    expect(error.outcome).toBe("unknown");
    expect(server.received).toHaveLength(1);
    await client.close();
    await server.close();
  });
});

describe("a POST that the server refused is sent once and says so", () => {
  it.each([
    "400",
    "401",
    "403 by a firewall",
    "405",
    "407 by a proxy",
    "409",
    "413",
    "418",
    "451",
    "429 quota of the day",
  ])("%s", async (name) => {
    const fault = FAULTS[name] ?? expect.fail("no such fault");
    const server = await rawServer(fault);
    const client = testClient(server.url);
    const error = await failureOf(client.create(CREATE));
    expect(error.outcome).toBe("rejected");
    expect(server.received).toHaveLength(1);
    await client.close();
    await server.close();
  });
});

describe("a success without its essentials is unknown", () => {
  const whole = created();
  it.each([
    ["no apiKey", { ...whole, apiKey: undefined }],
    ["an empty apiKey", { ...whole, apiKey: "" }],
    ["no keyId", { ...whole, keyId: undefined }],
    ["no key.id", { ...whole, key: { ...whole.key, id: undefined } }],
    ["two ids that differ", { ...whole, keyId: "another" }],
    ["no timestamp", { ...whole, timestamp: undefined }],
    ["a timestamp without a zone", { ...whole, timestamp: "2026-11-20T12:00:00" }],
  ])("%s", async (_, body) => {
    const server = await httpServer(() => ({ status: 201, body }));
    const client = testClient(server.url);
    const error = await failureOf(client.create(CREATE));
    expect([error.code, error.outcome]).toEqual(["ZKS_MALFORMED", "unknown"]);
    expect(server.received).toHaveLength(1);
    expect(client.known()).toBeUndefined();
    await client.close();
    await server.close();
  });
});

describe("a POST that surely wasn't executed is sent again", () => {
  it.each([
    [429, { "retry-after": "2" }],
    [425, {}],
  ])("%i", async (status, headers) => {
    const server = await httpServer((_, n) =>
      n === 0
        ? { status, headers, body: apiError("RATE_LIMIT_EXCEEDED", "slow down") }
        : { status: 201, body: created() },
    );
    const client = testClient(server.url, { deadlineMs: 60_000 });
    expect((await client.create(CREATE)).key.id).toBe("key_new");
    expect(server.received).toHaveLength(2);
    await client.close();
    await server.close();
  });

  it.each(["connection refused", "unknown host", "reset during the TLS handshake", "TLS handshake that never goes on"])(
    "%s: outcome not-executed, three connections",
    async (name) => {
      const fault = FAULTS[name] ?? expect.fail("no such fault");
      const server = await rawServer(fault);
      const url =
        fault.elsewhere === "refused"
          ? "http://127.0.0.1:1"
          : fault.elsewhere === "unknown-host"
            ? "https://zkscore.invalid"
            : `https://127.0.0.1:${server.port}`;
      const client = testClient(url);
      const error = await failureOf(client.create(CREATE));
      expect([error.code, error.outcome]).toEqual(["ZKS_UNREACHABLE", "not-executed"]);
      if (fault.elsewhere === undefined) expect(server.connections()).toBe(3);
      await client.close();
      await server.close();
    },
  );
});

it("uses up a day's quota in one request, and says when the next day begins", async () => {
  const server = await httpServer(() => ({
    status: 429,
    body: apiError("RATE_LIMIT_EXCEEDED", "You can create 5 keys per day on the free plan"),
  }));
  const client = testClient(server.url, { deadlineMs: 120_000 });
  const error = await failureOf(client.create(CREATE));
  expect(error.code).toBe("ZKS_QUOTA");
  expect(error.retryAfterMs).toBe(12 * 3_600_000); // the body's timestamp is noon UTC
  expect(error.remedy).toContain("2026-11-21T00:00:00Z");
  expect(server.received).toHaveLength(1);
  await client.close();
  await server.close();
});
