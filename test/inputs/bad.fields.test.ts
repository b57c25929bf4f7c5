import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Emulator } from "../../emulator/index.ts";
import { hostSettings } from "../../provider/settings.ts";
import { BAD_INPUTS, VALUE } from "../support/badInputs.ts";
import type { Fields } from "../support/host/handlers.ts";
import { type HostProcess, startHost } from "../support/host/process.ts";
import { accountAt, counted, SCORES } from "../support/host/world.ts";
import { ownershipOf } from "../support/ownership.ts";
import { connection } from "../support/world.ts";

let api: Emulator;
let run: HostProcess;
beforeAll(async () => {
  api = await accountAt();
  const env = { ...connection(api), ZKSCORE_PLAN: "starter" };
  run = await startHost({ env, project: "proj", stack: "dev" });
});

const ownership = ownershipOf("id");
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
  // The line travels on another pipe than the answer.
  await expect
    .poll(() => run.log())
    .toContain("warning: a: webhooks[0].events names an event the API's pages don't list");
});

test.each([
  [
    { ZKSCORE_BASE_URL: "http://api.example.com/v1" },
    /base URL .* can't be used \[ZKS_CONFIG\]\n.*it is not https.*\n.*Set ZKSCORE_BASE_URL/,
  ],
  [{ ZKSCORE_BASE_URL: "https://user:s3cr3t@example.com" }, /holds a user name or password\n.*Set ZKSCORE_BASE_URL/],
  [{ ZKSCORE_BASE_URL: "example" }, /it is not an absolute URL\n.*Set ZKSCORE_BASE_URL/],
  [{ ZKSCORE_UPDATES: "both" }, /setting ZKSCORE_UPDATES .*\n.*it is neither replace nor patch\n.*set it to replace/],
  [{ ZKSCORE_PLAN: "gold" }, /setting ZKSCORE_PLAN .*\n.*it is no plan of the API\n.*set it to one of free/],
  [{ ZKSCORE_PLAN_LIMITS: "{" }, /setting ZKSCORE_PLAN_LIMITS .*\n.*it is not JSON\n.*write JSON such as/],
  [{ ZKSCORE_PLAN_LIMITS: '{"perSecond":1}' }, /it has a field that is no limit\n.*fields: requestsPerMinute/],
  [{ ZKSCORE_NOW: "noon" }, /setting ZKSCORE_NOW .*\n.*it is not an ISO 8601 instant\n.*unset it/],
  [
    { ZKSCORE_NOW: "2026-01-01T00:00:00Z", ZKSCORE_BASE_URL: "https://api.example.com" },
    /the API is a real one\n.*unset it/,
  ],
])("a setting that can't be used is named: %o", (env, says) => {
  expect(() => hostSettings({ ...connection(api), ...env }, () => undefined)).toThrow(says);
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
