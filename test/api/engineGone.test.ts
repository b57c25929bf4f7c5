import { expect, it } from "vitest";
import { apiError, CREATE, created, page } from "../support/api/bodies.ts";
import { EVERY_OPERATION, failureOf, testClient } from "../support/api/client.ts";
import { httpServer } from "../support/network/rawServer.ts";
import { virtualClock } from "../support/virtualClock.ts";

const GONE: [string, () => Promise<boolean>][] = [
  ["says no", async () => false],
  ["fails", async () => Promise.reject(new Error("ECONNREFUSED"))],
  ["never answers", () => new Promise(() => undefined)],
];

it.each(GONE.flatMap(([how, alive]) => ["create", "update", "revoke"].map((name) => [name, how, alive] as const)))(
  "no %s is sent when the engine %s",
  async (name, _, engineAlive) => {
    const server = await httpServer(() => ({ status: 201, body: created() }));
    const client = testClient(server.url, { engineAlive, deadlineMs: 200 });
    const error = await failureOf(EVERY_OPERATION[name]?.(client) ?? expect.fail("no such operation"));
    expect([error.code, error.outcome]).toEqual(["ZKS_ENGINE_GONE", "not-executed"]);
    expect(server.received).toHaveLength(0);
    await client.close();
    await server.close();
  },
);

it("reading doesn't ask", async () => {
  const server = await httpServer(({ url }) => ({ body: page([], url) }));
  const client = testClient(server.url, { engineAlive: async () => false });
  expect((await client.list("fresh")).complete).toBe(true);
  await client.close();
  await server.close();
});

it("an engine that dies while a create waits for its retry stops the wait within a second", async () => {
  const clock = virtualClock();
  const server = await httpServer(() => ({
    status: 429,
    headers: { "retry-after": "60" },
    body: apiError("RATE_LIMIT_EXCEEDED", ""),
  }));
  const client = testClient(server.url, {
    clock,
    engineAlive: async () => clock.elapsed() < 5_000,
    deadlineMs: 120_000,
  });
  const error = await failureOf(client.create(CREATE));
  expect(error.code).toBe("ZKS_ENGINE_GONE");
  expect(clock.elapsed()).toBeLessThanOrEqual(6_000);
  expect(server.received).toHaveLength(1);
  await client.close();
  await server.close();
});

it("is asked again before each attempt", async () => {
  let asked = 0;
  const server = await httpServer(() => ({ status: 425, body: "" }));
  const client = testClient(server.url, { deadlineMs: 120_000, engineAlive: async () => ++asked < 2 });
  expect((await failureOf(client.create(CREATE))).code).toBe("ZKS_ENGINE_GONE");
  expect(server.received).toHaveLength(1);
  await client.close();
  await server.close();
});
