import { expect, test } from "vitest";
import type { ZkscoreGuardArgs } from "../../policy/args.ts";
import { COMPLIANT, EXAMPLE_NOW, exampleInputs, isField, withField } from "../../policy/docs/example.ts";
import { policiesOf } from "../../policy/pack.ts";
import type { Example, Rule } from "../../policy/rule.ts";
import { RULES } from "../../policy/rules/index.ts";
import { instantMs } from "../../provider/domain/instant.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import { key as wireKey } from "../support/api/bodies.ts";
import { ownershipOf } from "../support/policy/keys.ts";
import { analyze, analyzeStack, type Diagnostic, type Given, testHost } from "../support/policy/rpc.ts";

/**
 * Each policy's own two examples, which the documentation shows, through the functions that serve the RPCs: one field
 * apart, one refused and one accepted. `pack-settings` needs the CLI's configuration: see policy.process.test.ts.
 */
const CASES = Object.values<Rule>(RULES).filter(({ id }) => id !== "pack-settings");

test("every policy is here", () => {
  expect(CASES.map(({ id }) => id)).toHaveLength(22);
});

test.each(CASES)("$id refuses its insecure example and accepts its secure one", async ({ id, level, example }) => {
  const refused = await judge(example, "insecure");
  const accepted = await judge(example, "secure");
  expect(refused.filter(({ policy }) => policy === id).map((found) => found.level)).toEqual([level]);
  expect(accepted.filter(({ policy }) => policy === id)).toEqual([]);
});

test.each(CASES)("$id: the two examples differ in one field", ({ example }) => {
  expect(example.insecure).not.toEqual(example.secure);
  if (!isField(example)) return;
  const insecure = exampleInputs(example, "insecure");
  const secure = exampleInputs(example, "secure");
  expect(withField(insecure, example.path, example.secure)).toEqual(secure);
});

test.each(["acme-prod", "acme-staging", "acme-dev", "main"])(
  "no policy has anything to say about the compliant key in %s",
  async (stack) => {
    const policies = policiesOf({}, testHost());
    expect(await analyze(policies, { stack })).toEqual([]);
    expect(await analyzeStack(policies, [{ stack, inputs: stateOf(COMPLIANT) }])).toEqual([]);
  },
);

async function judge(example: Example, which: "insecure" | "secure"): Promise<Diagnostic[]> {
  const { stack, name = "backend" } = example;
  const inputs = exampleInputs(example, which);
  const args: ZkscoreGuardArgs =
    example.path === "exemptions"
      ? { packSettings: { exemptions: RULES.exemptionHygiene.example[which] as never } } // typed `unknown` in an example
      : example.account === undefined
        ? {}
        : {
            packSettings: { live: true },
            ...(example.path === "parameters.approvals" ? { noNewAccess: { approvals: example[which] as never } } : {}),
          };
  const policies = policiesOf(args, testHost({ env: { CI: "true" }, api: account(example, which) }));
  const given: Given = { stack, name, inputs: { ownership: ownershipOf({ stack, name }), ...inputs } };
  const state = example.path.startsWith("outputs.")
    ? withField(stateOf(inputs), example.path.slice("outputs.".length), example[which])
    : stateOf(inputs);
  return [...(await analyze(policies, given)), ...(await analyzeStack(policies, [{ stack, name, inputs: state }]))];
}

function stateOf(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...inputs, name: "backend-1a2b3c4d", keyId: "key_1", createdAt: "2026-10-20T00:00:00Z", status: "active" };
}

/** An account with one key, which may read scores and was used yesterday, unless the example says otherwise. */
function account(example: Example, which: "insecure" | "secure") {
  const marker = {
    project: "app",
    stack: "acme-prod",
    name: "backend",
    identity: "identity-1",
    owner: ownershipOf({}).owner,
    attempt: "a",
  };
  const lastUsed = example.path === "account.lastUsed" ? String(example[which]) : "2026-10-31T00:00:00Z";
  const endpoints: unknown = example.path === "account.endpoints" ? example[which] : ["/v1/scores/a.zks"];
  const live = wireKey("key_1", {
    createdAt: "2026-07-01T00:00:00Z",
    lastUsed,
    metadata: encodeMarker({ ...marker, retires: [], keep: false }),
    ...(example.path === "account.permissions" ? { permissions: example[which] as never } : {}), // typed `unknown` there
  });
  const byEndpoint = Array.isArray(endpoints)
    ? endpoints.map((endpoint) => ({ endpoint: String(endpoint), requests: 10 }))
    : [];
  const serverTime = instantMs(EXAMPLE_NOW) ?? 0;
  return {
    list: async () => ({ keys: new Map([[live.id, live]]), serverTime, fetchedAt: 0, complete: true }),
    usage: async () => ({
      success: true as const,
      usage: { totalRequests: byEndpoint.length * 10 },
      breakdown: { byEndpoint },
      timestamp: EXAMPLE_NOW,
    }),
  };
}
