import { expect, it } from "vitest";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { apiError, CREATE, created, key, page } from "../support/api/bodies.ts";
import { EVERY_OPERATION, failureOf, testClient } from "../support/api/client.ts";
import { httpServer } from "../support/network/rawServer.ts";
import { virtualClock } from "../support/virtualClock.ts";

it.each(Object.entries(EVERY_OPERATION))("%s: at most three requests in an outage", async (name, operate) => {
  const server = await httpServer(() => ({ status: 503, body: apiError("DOWN", "down") }));
  const client = testClient(server.url, { deadlineMs: 120_000 });
  const error = await failureOf(operate(client));
  expect(error.code).toBe("ZKS_SERVER");
  expect(server.received).toHaveLength(name === "create" ? 1 : 3);
  await client.close();
  await server.close();
});

it("a fleet of 50 keys sends at most 1.1 requests a key in an outage", async () => {
  const server = await httpServer(() => ({ status: 500, body: "" }));
  const client = testClient(server.url, { deadlineMs: 120_000 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? client.revoke(`key_${i}`) : client.update(`key_${i}`, {}))),
  );
  expect(outcomes.every((outcome) => outcome.status === "rejected" && ZkscoreError.is(outcome.reason))).toBe(true);
  console.log(`fleet of 50 in an outage: ${server.received.length} requests`);
  expect(server.received.length).toBeGreaterThanOrEqual(50);
  expect(server.received.length).toBeLessThanOrEqual(55);
  await client.close();
  await server.close();
});

it("100 reads, one after the other, are one listing's retries and not 100", async () => {
  const server = await httpServer(() => ({ status: 500, body: "" }));
  const client = testClient(server.url, { deadlineMs: 120_000 });
  for (let i = 0; i < 100; i++) await failureOf(client.list("shared"));
  expect(server.received).toHaveLength(3);
  await client.close();
  await server.close();
});

it("a failed listing is asked again a second later", async () => {
  const clock = virtualClock();
  let down = true;
  const server = await httpServer(({ url }) =>
    down ? { status: 401, body: apiError("UNAUTHORIZED", "") } : { body: page([], url) },
  );
  const client = testClient(server.url, { clock });
  await failureOf(client.list("shared"));
  down = false;
  await failureOf(client.list("shared"));
  clock.advance(1_000);
  expect((await client.list("shared")).keys.size).toBe(0);
  expect(server.received).toHaveLength(2);
  await client.close();
  await server.close();
});

it("a fleet that meets a rate limit still succeeds: waiting as told costs no retry budget", async () => {
  const clock = virtualClock();
  const commits = new Set<string>();
  const server = await httpServer(({ body }, n) => {
    if (n < 30) return { status: 429, headers: { "retry-after": "3" }, body: apiError("RATE_LIMIT_EXCEEDED", "slow") };
    commits.add(body);
    return { status: 201, body: created(`key_${n}`) };
  });
  const client = testClient(server.url, { clock, deadlineMs: 120_000 });
  await Promise.all(Array.from({ length: 30 }, (_, i) => client.create({ ...CREATE, name: `name-${i}` })));
  expect(commits.size).toBe(30);
  await client.close();
  await server.close();
});

it.each([
  [500, 3],
  [502, 3],
  [503, 3],
  [504, 3],
  [408, 3],
  [425, 3],
  [429, 3],
  [501, 1],
  [505, 1],
  [400, 1],
  [401, 1],
  [403, 1],
  [404, 1],
  [409, 1],
])("GET answered with %i is sent %i times", async (status, times) => {
  const server = await httpServer(() => ({ status, body: apiError("X", "y") }));
  const client = testClient(server.url, { deadlineMs: 120_000 });
  const error = await failureOf(client.usage({}));
  expect(error.status).toBe(status);
  expect(server.received).toHaveLength(times);
  await client.close();
  await server.close();
});

it("backs off with full jitter: at random()=1, 250 ms and then 500 ms", async () => {
  const clock = virtualClock();
  const at: number[] = [];
  const server = await httpServer(() => {
    at.push(clock.monotonic());
    return { status: 500, body: "" };
  });
  const client = testClient(server.url, { clock, random: () => 1, deadlineMs: 120_000 });
  await failureOf(client.usage({}));
  expect(at).toEqual([0, 250, 750]);
  await client.close();
  await server.close();
});

it("a success gives a tenth of a retry back", async () => {
  let down = true;
  const server = await httpServer(({ url }) => (down ? { status: 500, body: "" } : { body: page([key("a")], url) }));
  const client = testClient(server.url, { deadlineMs: 120_000 });
  for (let i = 0; i < 4; i++) await failureOf(client.usage({}));
  const spent = server.received.length; // 3 + 3 + 2 + 1
  expect(spent).toBe(9);
  down = false;
  for (let i = 0; i < 11; i++) await client.list("fresh");
  down = true;
  await failureOf(client.usage({}));
  expect(server.received.length - spent - 11).toBe(2);
  await client.close();
  await server.close();
});
