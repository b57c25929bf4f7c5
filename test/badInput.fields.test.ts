import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Emulator } from "../emulator/index.ts";
import { BAD_INPUTS, VALUE } from "./support/badInputs.ts";
import type { Fields, ProviderRun } from "./support/hostHandlers.ts";
import { startInProcess } from "./support/hostInProcess.ts";
import { accountAt, accountClock, counted, SCORES } from "./support/hostWorld.ts";
import { connection } from "./support/world.ts";

let api: Emulator;
let run: ProviderRun;
beforeAll(async () => {
  api = await accountAt();
  const env = { ...connection(api), ZKSCORE_PLAN: "starter" };
  run = startInProcess({ env, project: "proj", stack: "dev", clock: accountClock(api), random: () => "00000000" });
});

const ownership = { identity: "id", owner: "o", project: "proj", stack: "dev", name: "a" };
const failuresOf = async (args: Fields, olds: Fields = {}) =>
  (await run.key.check(olds, { ...args, ownership })).failures;

describe("each mistake is named by its field, with cause and remedy", () => {
  test.each(BAD_INPUTS)("$field: $says", async ({ args, field, says }) => {
    const failures = await failuresOf(parse(args));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(says);
    expect(failures[0]?.slice(0, field.length + 2)).toBe(`${field}: `);
    expect(failures[0]).not.toContain(VALUE);
  });
});

test("several mistakes are named at once", async () => {
  const failures = await failuresOf({ permissions: [], name: "", colour: 1, size: 2, deletionPolicy: "x" });
  expect(failures.map((text) => text.split(":")[0]).sort()).toEqual([
    "colour",
    "deletionPolicy",
    "name",
    "permissions",
    "size",
  ]);
});

test("an instant in the past counts at creation only", async () => {
  const args = { ...SCORES, expiry: "2026-11-19T12:00:00Z" };
  expect(await failuresOf(args)).toHaveLength(1);
  expect(await failuresOf(args, { ...args, ownership })).toEqual([]);
});

test("an event that the API's pages don't list is a warning", async () => {
  const webhooks = [{ url: "https://a.example.com/", events: ["score.invented"] }];
  expect(await failuresOf({ ...SCORES, webhooks })).toEqual([]);
  expect(run.log()).toContain("warning: a: webhooks[0].events names an event the API's pages don't list");
});

test("what is right passes (control)", async () => {
  expect(await failuresOf({ ...SCORES, rateLimit: { requestsPerMinute: 300 }, expiresIn: "90d" })).toEqual([]);
});

afterAll(async () => {
  expect(counted(api), "not one request").toEqual({});
  expect(BAD_INPUTS.length).toBeGreaterThanOrEqual(55);
  console.log(`bad input: ${BAD_INPUTS.length} mistakes`);
  await run.end();
  await api.close();
});

/** The arguments of a case; they are written as program text for the engine's test. */
function parse(args: string): Fields {
  return Object(new Function(`return (${args});`)());
}
