import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { created, key, page, revoked, updated, usage } from "../support/api/bodies.ts";
import { EVERY_OPERATION, testClient } from "../support/api/client.ts";
import { httpServer, type Reply } from "../support/network/rawServer.ts";
import { drawn } from "../support/seed.ts";

/** `ZKSCORE_CASES=100000` for the long run. */
const options = drawn("damaged answers", 3_000);

const GOOD: Record<string, unknown> = {
  create: created(),
  list: page([key("key_1", { metadata: { a: { b: [1] } }, webhooks: [] }), key("key_2")], "/?limit=100&offset=0"),
  revoke: revoked,
  update: updated(),
  usage,
};

/** What to put in place of something. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, "", "__proto__", "\ud800", [], {}, [[]], "x".repeat(10_000)),
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom("2026-13-45T99:99:99Z", "1e400", "٣", "\u0000"),
);

/** One edit at a place chosen by a number, so that it fits any body. */
const edit = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("replace", "remove", "rename", "add", "proto", "wrap", "nest", "double"),
  junk,
});
const damage = fc.record({
  edits: fc.array(edit, { maxLength: 4 }),
  cut: fc.option(fc.nat(), { freq: 4 }),
  noise: fc.option(fc.tuple(fc.nat(), fc.string({ minLength: 1, maxLength: 4, unit: "binary" })), { freq: 4 }),
  status: fc.constantFrom(
    200,
    200,
    200,
    200,
    200,
    200,
    200,
    200,
    200,
    201,
    202,
    204,
    206,
    226,
    299,
    300,
    304,
    308,
    400,
    401,
    403,
    404,
    409,
    418,
    422,
    429,
    451,
    500,
    501,
    503,
    599,
  ),
  type: fc.constantFrom("application/json", "application/json; charset=utf-16", "text/html", "text/plain", ""),
  retryAfter: fc.oneof(
    fc.constant(""),
    fc.string({ maxLength: 20 }).filter((s) => /^[\x21-\x7e]*$/.test(s)),
    fc.integer().map(String),
  ),
});

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(good: unknown, how: Damage): string {
  const body: unknown = JSON.parse(JSON.stringify(good));
  for (const { at, kind, junk: shared } of how.edits) {
    const value = structuredClone(shared); // edits change each other's values, the next run must not see it
    const places = containers(body);
    const target = places[at % places.length];
    if (target === undefined) continue;
    const names = Object.keys(target);
    const name = names[at % Math.max(1, names.length)] ?? "x";
    const old: unknown = Reflect.get(target, name);
    if (kind === "replace") define(target, name, value);
    if (kind === "remove") Reflect.deleteProperty(target, name);
    if (kind === "rename") define(target, `${name}2`, old);
    if (kind === "add") define(target, "added", value);
    if (kind === "proto") define(target, "__proto__", value);
    if (kind === "wrap") define(target, name, [old]);
    if (kind === "nest") define(target, name, JSON.parse("[".repeat(200) + "]".repeat(200)));
    if (kind === "double" && Array.isArray(target)) target.push(...target);
  }
  let text = JSON.stringify(body);
  if (how.noise !== null) {
    const at = how.noise[0] % (text.length + 1);
    text = text.slice(0, at) + how.noise[1] + text.slice(at);
  }
  return how.cut === null ? text : text.slice(0, how.cut % (text.length + 1));
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function containers(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}

const seen = { errors: 0, answers: 0, codes: new Set<string>() };

it(`${options.numRuns} damaged answers give a typed error or a sound answer, never anything else`, async () => {
  let reply: Reply = {};
  const server = await httpServer(() => reply);
  const names = Object.keys(EVERY_OPERATION);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), damage, async (name, how) => {
      const good = GOOD[name.split(" ")[0] ?? ""];
      reply = {
        status: how.status,
        headers: {
          ...(how.type === "" ? {} : { "content-type": how.type }),
          ...(how.retryAfter === "" ? {} : { "retry-after": how.retryAfter }),
        },
        body: damaged(good, how),
      };
      const client = testClient(server.url, { deadlineMs: 5_000, attempts: 1 });
      try {
        const answer = await (EVERY_OPERATION[name] ?? expect.fail(name))(client);
        seen.answers += 1;
        // What is answered has what callers act on.
        if (name === "create")
          expect(answer).toMatchObject({
            apiKey: expect.stringMatching(/./s),
            key: { id: expect.any(String) },
            serverTime: expect.any(Number),
          });
      } catch (error) {
        if (!ZkscoreError.is(error)) throw error;
        seen.errors += 1;
        seen.codes.add(error.code);
        if (name === "create" && how.status < 400) expect(error.outcome).toBe("unknown");
      } finally {
        await client.close();
      }
      expect(Reflect.get({}, "added")).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    options,
  );
  await server.close();
}, 3_600_000);

it("an undamaged answer is an answer (control)", async () => {
  for (const [name, operate] of Object.entries(EVERY_OPERATION)) {
    const server = await httpServer(() => ({ body: GOOD[name.split(" ")[0] ?? ""] }));
    const client = testClient(server.url);
    await operate(client);
    await client.close();
    await server.close();
  }
});

it("prototype keys change no prototype, and never reach a caller", async () => {
  const body = JSON.stringify(page([key("a", { metadata: { x: 1 } })], "/?limit=100&offset=0")).replace(
    '"metadata":{',
    '"__proto__":{"polluted":1},"metadata":{"__proto__":{"polluted":2},"constructor":{"prototype":{"polluted":3}},',
  );
  const server = await httpServer(() => ({ body }));
  const client = testClient(server.url);
  const found = (await client.list("fresh")).keys.get("a");
  expect(found?.metadata?.["x"]).toBe(1);
  for (const object of [{}, found ?? {}, found?.metadata ?? {}]) {
    expect(Reflect.get(object, "polluted")).toBeUndefined();
    expect(Object.hasOwn(object, "__proto__")).toBe(false);
  }
  await client.close();
  await server.close();
});

afterAll(() => {
  console.log(`malformed: ${seen.errors} typed errors (${[...seen.codes].sort().join(", ")}), ${seen.answers} answers`);
  expect(seen.errors).toBeGreaterThan(options.numRuns / 2);
  expect(seen.codes.size).toBeGreaterThanOrEqual(6);
});
