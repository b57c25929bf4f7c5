import { expect, test } from "vitest";
import { endingBy } from "../../provider/api/deadline.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { guarded } from "../../provider/host/guard.ts";
import { apiError, page } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { httpServer } from "../support/network/rawServer.ts";
import { virtualClock } from "../support/virtualClock.ts";

const WAIT_S = 150;

/** Listing once, where the API first asks to come back after `WAIT_S`. */
async function listing(callMs: number | undefined) {
  const clock = virtualClock();
  const server = await httpServer(({ url }, n) =>
    n === 0
      ? { status: 429, headers: { "retry-after": String(WAIT_S) }, body: apiError("RATE_LIMIT_EXCEEDED", "slow down") }
      : { body: page([], url) },
  );
  const client = testClient(server.url, { clock, random: () => 0, deadlineMs: 75_000 });
  try {
    const work = () => client.list("fresh").then(() => clock.elapsed());
    return await endingBy(callMs === undefined ? 120_000 : 300_000, work, callMs);
  } finally {
    await client.close();
    await server.close();
  }
}

test("a larger timeout lets a Retry-After be waited for that fails at once otherwise", async () => {
  expect((await failureOf(listing(undefined))).code).toBe("ZKS_RATE_LIMITED");
  expect(await listing(187_500)).toBeGreaterThanOrEqual(WAIT_S * 1_000);
});

test("a handler's requests get the time it was given, and one of them not all of it", async () => {
  const clock = { ...virtualClock(), monotonic: () => performance.now() };
  const server = await httpServer(() => ({
    status: 429,
    headers: { "retry-after": "2" },
    body: apiError("RATE_LIMIT_EXCEEDED", "slow down"),
  }));
  const client = testClient(server.url, { clock, random: () => 0, deadlineMs: 75_000 });
  const list = () => client.list("fresh").catch((error: unknown) => (ZkscoreError.is(error) ? error.code : error));
  // 2 s are more than the five eighths of 3 s that one call gets: it fails with the first answer.
  expect(await guarded({}, () => ({ clock }), list, 3_000)).toBe("ZKS_RATE_LIMITED");
  expect(clock.elapsed()).toBe(0);
  await client.close();
  await server.close();
});
