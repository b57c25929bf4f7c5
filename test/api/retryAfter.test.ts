import { expect, it } from "vitest";
import { retryAfterMs } from "../../provider/api/retryAfter.ts";
import { apiError, CREATE, created, page } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { httpServer, type Reply } from "../support/network/rawServer.ts";
import { virtualClock } from "../support/virtualClock.ts";

const limited = (headers: Record<string, string>, details?: object): Reply => ({
  status: 429,
  headers,
  body: apiError("RATE_LIMIT_EXCEEDED", "slow down", details === undefined ? {} : { details }),
});

/** The reply, and how long the client must wait at least. The virtual clock starts at 12:00:00 UTC on 20 November 2026. */
const HINTS: [string, Reply, number][] = [
  ["seconds", limited({ "retry-after": "7" }), 7_000],
  ["a fraction", limited({ "retry-after": "1.5" }), 1_500],
  ["zero", limited({ "retry-after": "0" }), 0],
  ["a date, local clock", limited({ "retry-after": "Fri, 20 Nov 2026 12:00:20 GMT" }), 20_000],
  [
    "a date, against the answer's own clock, which is years away",
    limited({ "retry-after": "Wed, 01 Jan 2020 00:00:30 GMT", date: "Wed, 01 Jan 2020 00:00:00 GMT" }),
    30_000,
  ],
  ["a date in the past", limited({ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }), 0],
  ["details.retryAfter", limited({}, { retryAfter: 9 }), 9_000],
  ["both: the later", limited({ "retry-after": "3" }, { retryAfter: 11 }), 11_000],
  ["both: the later, the other way", limited({ "retry-after": "12" }, { retryAfter: 1 }), 12_000],
  [
    "X-RateLimit-Reset alone",
    limited({ "x-ratelimit-reset": String(Date.parse("2026-11-20T12:00:05Z") / 1000) }),
    5_000,
  ],
  ["negative", limited({ "retry-after": "-5" }), 0],
  ["NaN", limited({ "retry-after": "NaN" }), 0],
  ["words", limited({ "retry-after": "soon" }), 0],
  ["empty", limited({ "retry-after": "" }), 0],
  ["a date that isn't", limited({ "retry-after": "Fri, 99 Nov 2026 99:00:00 GMT" }), 0],
  ["absurd details", limited({}, { retryAfter: { $gt: 0 } }), 0],
  ["negative details", limited({}, { retryAfter: -1 }), 0],
  ["503 with seconds", { status: 503, headers: { "retry-after": "4" }, body: "" }, 4_000],
];

it.each(HINTS)("%s is never undercut, and only jitter is added", async (_, reply, least) => {
  const clock = virtualClock();
  const at: number[] = [];
  const server = await httpServer(({ url }, n) => {
    at.push(clock.monotonic());
    return n === 0 ? reply : { body: page([], url) };
  });
  const client = testClient(server.url, { clock, random: () => 0.5, deadlineMs: 120_000 });
  await client.list("fresh");
  const [first = 0, second = -1] = at;
  expect(second - first).toBeGreaterThanOrEqual(least);
  expect(second - first).toBeLessThanOrEqual(least + 400);
  await client.close();
  await server.close();
});

it.each([
  ["beyond the deadline", "121"],
  ["a year", "31536000"],
  ["400 digits", "9".repeat(400)],
  ["a date next year", "Sat, 20 Nov 2027 12:00:00 GMT"],
])("%s: fails at once and says when to come back", async (_, value) => {
  const clock = virtualClock();
  const server = await httpServer(() => limited({ "retry-after": value }));
  const client = testClient(server.url, { clock, deadlineMs: 120_000 });
  const error = await failureOf(client.create(CREATE));
  expect(error.code).toBe("ZKS_RATE_LIMITED");
  expect(error.retryAfterMs).toBeGreaterThan(120_000);
  expect(error.remedy).toMatch(/not before 2026-11-2\dT\d\d:\d\d:\d\dZ/);
  expect(clock.elapsed()).toBe(0);
  expect(server.received).toHaveLength(1);
  await client.close();
  await server.close();
});

it("one call's Retry-After holds back every other call of the client", async () => {
  const clock = virtualClock();
  const at: number[] = [];
  const others: Promise<unknown>[] = [];
  const server = await httpServer((_, n) => {
    at.push(clock.monotonic());
    return n === 0 ? limited({ "retry-after": "30" }) : { status: 201, body: created(`key_${n}`) };
  });
  let started = false;
  // The others start when the first begins to wait.
  const sleep = async (ms: number) => {
    if (!started) {
      started = true;
      for (const name of ["b", "c", "d"]) others.push(client.create({ ...CREATE, name }));
    }
    await clock.sleep(ms);
  };
  const client = testClient(server.url, { clock: { ...clock, sleep }, deadlineMs: 120_000 });
  await client.create(CREATE);
  await Promise.all(others);
  expect(at).toHaveLength(5);
  expect(at.slice(1).every((ms) => ms >= 30_000)).toBe(true);
  await client.close();
  await server.close();
});

it("an unknown form gives no answer rather than a guess", () => {
  for (const retryAfter of ["1e3", "0x10", "1,5", "∞", " ", "Friday", "2026-11-20T12:00:00Z"]) {
    expect(retryAfterMs({ retryAfter }, 0)).toBeUndefined();
  }
});
