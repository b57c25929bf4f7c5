import { expect, test } from "vitest";
import { policiesOf } from "../../policy/pack.ts";
import { define } from "../../policy/rule.ts";
import { RULES } from "../../policy/rules/index.ts";
import { createRuntime } from "../../policy/sdk/runtime.ts";
import { assertMatches } from "../../policy/sdk/selfTest.ts";
import { toPolicy } from "../../policy/sdk/toPolicy.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { FULL, VIOLATING } from "../support/policy/keys.ts";
import { analyze, analyzeStack, testHost } from "../support/policy/rpc.ts";

/** One policy that fails must not take the others' findings with it: the SDK answers a throw with an error for all. */
const broken = (how: () => never) =>
  toPolicy(
    define({ ...RULES.ownership, id: "broken", resource: how, stack: how }),
    { ...createRuntime(testHost()), configured: true },
    "mandatory",
  );

const state = { ...VIOLATING, keyId: "key_1", createdAt: "2026-01-01T00:00:00Z", status: "active" };

test("a rule that throws is reported as a defect, by name only, and the others' findings stay whole", async () => {
  const others = policiesOf({}, testHost());
  const alone = await analyze(others, { inputs: VIOLATING });
  const fail = () => {
    throw new TypeError("CANARY-value-in-a-message");
  };
  const together = await analyze([broken(fail), ...policiesOf({}, testHost())], { inputs: VIOLATING });
  const [defect, ...rest] = together;
  expect(defect).toMatchObject({ policy: "broken", level: "mandatory", message: expect.stringContaining("TypeError") });
  expect(defect?.message).not.toContain("CANARY");
  expect(rest).toEqual(alone);
  expect(alone.length).toBeGreaterThan(20);
});

test("each key that could not be judged is refused, not only the first", async () => {
  const fail = () => {
    throw new TypeError("x");
  };
  const policy = broken(fail);
  for (const name of ["first", "second"]) {
    expect(await analyze([policy], { name })).toMatchObject([
      { level: "mandatory", message: expect.stringContaining("TypeError") },
    ]);
  }
});

test("control: without the guard the same throw loses every finding", async () => {
  const bare = { ...broken(() => undefined as never), validateResource: () => Promise.reject(new Error("bare")) };
  await expect(analyze([bare, ...policiesOf({}, testHost())], { inputs: VIOLATING })).rejects.toThrow("bare");
});

const failures: readonly [string, () => Promise<never>, string][] = [
  ["refuses the connection", () => Promise.reject(apiError("ZKS_UNREACHABLE")), "ZKS_UNREACHABLE"],
  ["says 401", () => Promise.reject(apiError("ZKS_UNAUTHORIZED", 401)), "ZKS_UNAUTHORIZED, HTTP 401"],
  ["says 500", () => Promise.reject(apiError("ZKS_SERVER", 500)), "ZKS_SERVER, HTTP 500"],
  ["fails in a way nobody thought of", () => Promise.reject(new RangeError("CANARY-token")), "RangeError"],
  ["throws what is no error", () => Promise.reject("CANARY-token"), "an unexpected failure"],
  ["never answers", () => new Promise<never>(() => {}), "no answer in 1 s"],
];

test.each(failures)("an API that %s gives `not evaluated`, once, as an advisory", async (_what, list, reason) => {
  const args = { packSettings: { live: true, liveTimeoutSeconds: 1 } };
  const host = testHost({ api: { list } });
  const policies = policiesOf(args, host);
  const plain = await analyze(policiesOf({}, host), { inputs: VIOLATING });
  const [first, second] = [await analyze(policies, { inputs: VIOLATING }), await analyze(policies, { inputs: FULL })];
  expect(first.filter(({ policy }) => policy !== "no-new-access")).toEqual(plain);
  expect(first.filter(({ policy }) => policy === "no-new-access")).toEqual([
    expect.objectContaining({ level: "advisory", message: expect.stringContaining(`not evaluated: `) }),
  ]);
  expect(first.map(({ message }) => message).join()).toContain(reason);
  expect(second).toEqual([]);
  const stack = await analyzeStack(policies, [{ inputs: state }]);
  for (const id of ["unused-key", "unused-permission"]) {
    expect(stack.filter(({ policy }) => policy === id).map(({ level }) => level)).toEqual(["advisory"]);
  }
  expect(JSON.stringify([first, stack])).not.toContain("CANARY");
});

test.each(failures)("in CI an API that %s leaves no key unjudged", async (_what, list, reason) => {
  const args = { packSettings: { live: true, liveTimeoutSeconds: 1 } };
  const policies = policiesOf(args, testHost({ env: { CI: "true" }, api: { list } }));
  for (const name of ["first", "second"]) {
    const found = (await analyze(policies, { name })).filter(({ policy }) => policy === "no-new-access");
    expect(found).toMatchObject([{ level: "mandatory", message: expect.stringContaining(`not evaluated: `) }]);
    expect(found[0]?.message).toContain(reason);
    expect(found[0]?.message).not.toContain("CANARY");
  }
});

test("the account is asked only on request", async () => {
  let asked = 0;
  const list = () => Promise.reject(new Error(String(asked++)));
  await analyze(policiesOf({}, testHost({ api: { list } })), { inputs: FULL });
  await analyzeStack(policiesOf({}, testHost({ api: { list } })), [{ inputs: state }]);
  expect(asked).toBe(0);
  await analyze(policiesOf({}, testHost({ api: { list }, env: { ZKSCORE_POLICY_LIVE: "1" } })), { inputs: FULL });
  expect(asked).toBe(1);
});

test("a resource of another type is nobody's business", async () => {
  expect(await analyze(policiesOf({}, testHost()), { type: "aws:s3/bucket:Bucket", inputs: VIOLATING })).toEqual([]);
});

test("a pack whose policies could match no key refuses to start", () => {
  const policies = policiesOf({}, testHost());
  expect(() => assertMatches(policies)).not.toThrow();
  for (const policy of policies)
    Object.assign(policy.validateResource ?? policy.validateStack ?? {}, { __pulumiType: "x" });
  expect(() => assertMatches(policies)).toThrow(/can't match any pulumi-nodejs:dynamic\/zkscore:ApiKey/);
  expect(() => assertMatches([])).toThrow(/0 of 0/);
});

function apiError(code: "ZKS_UNREACHABLE" | "ZKS_UNAUTHORIZED" | "ZKS_SERVER", status?: number): ZkscoreError {
  return new ZkscoreError({
    code,
    what: "w",
    why: "CANARY-why",
    remedy: "r",
    ...(status === undefined ? {} : { status }),
  });
}
