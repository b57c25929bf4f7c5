import { describe, expect, test } from "vitest";
import { COMPLIANT, withField } from "../../policy/docs/example.ts";
import { API_KEY_TYPE } from "../../policy/key/disguise.ts";
import { policiesOf } from "../../policy/pack.ts";
import { ownerOf } from "../../provider/domain/marker.ts";
import { providerText } from "../../provider/resources/providerText.ts";
import { ownershipOf } from "../support/policy/keys.ts";
import { analyze, analyzeStack, type Given, secret, testHost, UNKNOWN, urnOf } from "../support/policy/rpc.ts";

/** A key that isn't declared as one is found, and judged like any; an honest one, wherever it stands, isn't suspected. */
const WIDE = [{ resource: "all", actions: ["all"] }];
const ownership = { identity: "i", owner: "o", project: "p", stack: "s", name: "n" };
const TYPES = [
  "pulumi-nodejs:dynamic/acme:Thing",
  "pulumi-nodejs:dynamic:Resource",
  "pulumi-nodejs:dynamic/zkscore:Apikey",
  "pulumi-nodejs:dynamic/zkscore:apiKey",
  "pulumi-nodejs:dynamic/ZKScore:ApiKey",
  "pulumi-nodejs:dynamic/zkscore:StackIdentity",
  "pulumi-nodejs:index:ApiKey",
  "pulumi-python:dynamic:Resource",
  "acme:index:Key",
];

const up = { isStateFile: () => false };

async function policiesAt(given: Given, host = testHost()): Promise<string[]> {
  const found = await analyze(policiesOf({}, host), given);
  return [...new Set(found.filter(({ level }) => level === "mandatory").map(({ policy }) => policy))];
}

describe("our inputs under another type", () => {
  test.each(TYPES)("%s is refused, and judged as the key it is", async (type) => {
    const found = await policiesAt({ type, inputs: { permissions: WIDE, ownership } });
    expect(found).toEqual(
      expect.arrayContaining(["no-disguised-key", "no-wildcard-access", "expiry-required", "ip-allow-list"]),
    );
  });

  test.each([
    ["as secrets", { permissions: secret(WIDE), ownership: secret(ownership) }],
    ["not known yet", { permissions: UNKNOWN, ownership: UNKNOWN }],
    ["with what only the text says", { permissions: WIDE, __provider: providerText("apiKey") }],
    ["with a text of our name", { __provider: 'exports.handler=()=>require("PULUMI-zkscore/provider").apiKey()' }],
    ["inside something else", { args: { list: [{ permissions: WIDE, ownership }] } }],
  ])("%s", async (_what, inputs) => {
    expect(await policiesAt({ type: TYPES[0] ?? "", inputs })).toContain("no-disguised-key");
  });

  test("without a resource of ours in the stack, and in a stack policy, where nothing was judged before", async () => {
    const given = { type: TYPES[0] ?? "", inputs: { permissions: WIDE, ownership, createdAt: "2020-01-01T00:00:00Z" } };
    const found = await analyzeStack(policiesOf({}, testHost()), [given, { type: "pulumi:pulumi:Stack", inputs: {} }]);
    expect(found.map(({ policy }) => policy)).toEqual(["no-disguised-key", "rotation-age"]);
    expect(found[0]).toMatchObject({ level: "mandatory", urn: urnOf(given) });
  });

  test("is named once where both kinds of policy see it", async () => {
    const policies = policiesOf({}, testHost());
    const given = { type: TYPES[0] ?? "", inputs: { permissions: WIDE, ownership } };
    expect((await analyze(policies, given)).map(({ policy }) => policy)).toContain("no-disguised-key");
    expect((await analyzeStack(policies, [given])).map(({ policy }) => policy)).not.toContain("no-disguised-key");
  });

  test("doesn't hide behind no-disguised-key being off", async () => {
    const found = await analyze(policiesOf({ noDisguisedKey: "disabled" }, testHost()), {
      type: TYPES[0] ?? "",
      inputs: { permissions: WIDE, ownership },
    });
    expect(found.map(({ policy }) => policy)).toContain("no-wildcard-access");
  });
});

test("honest resources of other types aren't keys", async () => {
  const honest: Given[] = [
    { type: "pulumi:pulumi:Stack", inputs: {} },
    {
      type: "pulumi-nodejs:dynamic/zkscore:StackIdentity",
      inputs: { project: "p", stack: "s", __provider: providerText("stackIdentity") },
    },
    { type: "pulumi-nodejs:dynamic/zkscore:StackIdentity", inputs: { project: "p", stack: "s", identity: UNKNOWN } },
    { type: "aws:lakeformation/permissions:Permissions", inputs: { permissions: ["SELECT"], principal: "p" } },
    { type: "acme:index:Role", inputs: { permissions: WIDE } },
    { type: "acme:index:Bucket", inputs: { ownership: { owner: "me" } } },
    { type: "pulumi-nodejs:dynamic/acme:Thing", inputs: { permissions: WIDE, __provider: "exports.handler=()=>({})" } },
    {
      type: "pulumi-nodejs:dynamic/acme:Thing",
      inputs: { deep: UNKNOWN, list: [null, 1, UNKNOWN], secret: secret("x") },
    },
    { type: "acme:index:Component", inputs: { permissions: WIDE, ownership: null } },
  ];
  const policies = policiesOf({}, testHost());
  for (const given of honest) expect(await analyze(policies, given)).toEqual([]);
  expect(await analyzeStack(policies, honest)).toEqual([]);
});

describe("the owner", () => {
  const given = (inputs: Record<string, unknown>, more: Given = {}): Given => ({
    inputs: { ...COMPLIANT, ...inputs },
    ...more,
  });

  test("that the constructor makes passes, under a component, in another stack, and while it isn't known", async () => {
    const nested = { type: API_KEY_TYPE, stack: "acme-prod", name: "nested" };
    for (const [place, own] of [
      [{}, ownershipOf({})],
      [{ stack: "acme-dev" }, ownershipOf({ stack: "acme-dev" })],
      [nested, ownershipOf(nested)],
      [{}, { ...ownershipOf({}), owner: UNKNOWN, identity: UNKNOWN }],
      [{}, UNKNOWN],
    ] as const) {
      expect(await policiesAt(given({ ownership: own }, place), testHost(up))).toEqual([]);
    }
  });

  test.each([
    ["another resource's", { ownership: ownershipOf({ name: "victim" }) }],
    ["another stack's, whole", { ownership: ownershipOf({ stack: "victim-prod" }, "another identity") }],
    ["of another identity", { ownership: { ...ownershipOf({}), identity: "another" } }],
    ["of none", { ownership: { owner: ownershipOf({}).owner } }],
    ["known before its identity", { ownership: { ...ownershipOf({}), identity: UNKNOWN } }],
    ["made up", { ownership: { ...ownershipOf({}), owner: "made up" } }],
  ])("%s is refused in a run", async (_what, inputs) => {
    expect(await policiesAt(given(inputs), testHost(up))).toEqual(["no-disguised-key"]);
  });

  test("of a renamed resource is shown in a recorded state, and doesn't block there; a forged one does", async () => {
    const policies = policiesOf({}, testHost());
    const renamed = await analyze(policies, given({ ownership: ownershipOf({}) }, { name: "renamed" }));
    expect(renamed).toMatchObject([{ policy: "no-disguised-key", level: "advisory" }]);
    const forged = { ...ownershipOf({}), owner: ownerOf("i", "x") };
    expect(await policiesAt(given({ ownership: forged }))).toEqual(["no-disguised-key"]);
  });
});

test("the texts that are redacted in a recorded state are texts in a run", async () => {
  const hooks = [{ url: "https://hooks.acme.example/x", events: ["score.updated"], secret: "[secret]" }];
  const given = { inputs: withField(COMPLIANT, "webhooks", hooks) };
  expect(await policiesAt(given)).toEqual([]);
  expect(await policiesAt(given, testHost(up))).toEqual(["webhook-secret"]);
});
