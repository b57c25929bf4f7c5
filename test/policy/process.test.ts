import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMPLIANT, EXAMPLE_NOW, withField } from "../../policy/docs/example.ts";
import { RULES } from "../../policy/rules/index.ts";
import { type PackProcess, startPack } from "../support/policy/process.ts";
import { secret, UNKNOWN } from "../support/policy/rpc.ts";

/** What only the running pack shows: configuration, stack tags, and remediations with the bag's hidden parts. */
let pack: PackProcess;
const ROOT = { type: "pulumi:pulumi:Stack", inputs: {} };
const LOWERED = {
  policy: "pack-settings",
  urn: "urn:pulumi:acme-prod::*",
  reason: "a copy for tests",
  owner: "ops",
  until: "2026-12-31",
};
const WRITER = withField(COMPLIANT, "permissions[0].actions", ["write"]);

beforeAll(async () => {
  // The clock is fixed as for the provider: the API must be on loopback.
  pack = await startPack({ ZKSCORE_NOW: EXAMPLE_NOW, ZKSCORE_BASE_URL: "http://127.0.0.1:9/v1", CI: undefined });
});
afterAll(() => pack.stop());

/** As the engine does it: configuration, tags, the stack's root, then the rest. */
async function begin(config: Parameters<PackProcess["configure"]>[0], tags: Record<string, string> = {}) {
  await pack.configure(config);
  await pack.tags(tags);
  return pack.analyze(ROOT);
}

const policiesOf = (found: readonly { policy: string }[]) => [...new Set(found.map(({ policy }) => policy))].sort();

test("the pack tells the engine every policy, with severity and a schema for its parameters", async () => {
  const { name, policiesList } = await pack.info();
  expect(name).toBe("pulumi-zkscore");
  expect(policiesList.map((policy) => policy.name)).toEqual(Object.values(RULES).map(({ id }) => id));
  for (const policy of policiesList) expect(policy).toMatchObject({ severity: expect.any(Number), configschema: {} });
});

describe("the strictest of configuration, the stack's tag and its name is the environment", () => {
  const cases: readonly [string, Record<string, unknown>, Record<string, string>, string, boolean][] = [
    ["name", {}, {}, "acme-prod", true],
    ["name of another", {}, {}, "acme-dev", false],
    ["a name that says nothing", {}, {}, "main", false],
    ["a name that only sounds like it", {}, {}, "product", false],
    ["tag over name", {}, { environment: "production" }, "acme-dev", true],
    ["a tag can't lower the name", {}, { environment: "dev" }, "acme-prod", true],
    ["a tag in another spelling", {}, { Environment: " PROD " }, "main", true],
    ["a tag of one's own", { environmentTag: "env" }, { env: "prod", environment: "dev" }, "main", true],
    ["configuration over tag", { environment: "production" }, { environment: "dev" }, "acme-dev", true],
    ["the configuration can't lower the tag", { environment: "test" }, { environment: "prod" }, "main", true],
    [
      "an exemption lowers it",
      { environment: "test", exemptions: [LOWERED] },
      { environment: "prod" },
      "acme-prod",
      false,
    ],
    ["but not another stack", { environment: "test", exemptions: [LOWERED] }, {}, "acme-prod-2", true],
    ["nor what is said first", { exemptions: [LOWERED] }, {}, "acme-prod", true],
    ["production by default", { productionByDefault: true }, {}, "main", true],
    ["unless something says otherwise", { productionByDefault: true }, { environment: "dev" }, "main", false],
    ["no words at all", { environmentWords: {} }, {}, "acme-prod", true],
    ["a word in capitals", { environmentWords: { Production: ["BLUE"] } }, {}, "acme-blue", true],
    ["a word taken for another", { environmentWords: { development: ["prod"] } }, {}, "acme-prod", true],
    ["words of one's own", { environmentWords: { production: ["blue"] } }, {}, "acme-blue", true],
  ];
  test.each(cases)("%s", async (_what, settings, tags, stack, production) => {
    await begin({ "pack-settings": settings }, tags);
    const found = await pack.analyze({ stack, inputs: WRITER });
    expect(policiesOf(found).includes("no-write-in-production")).toBe(production);
  });
});

describe("what can't be right is said, once, and counts as production", () => {
  const cases: readonly [string, Record<string, unknown>, Record<string, string>, string][] = [
    ["a misspelt environment", { environment: "produciton" }, {}, "`environment` is no known environment"],
    ["a blank one", { environment: " " }, {}, "`environment` is blank"],
    ["a character that can't be seen", { environment: "prod\u200b" }, {}, "isn't plain"],
    ["a letter of another script", { environment: "\u0440rod" }, {}, "isn't plain"],
    ["a misspelt tag", {}, { environment: "preprodction" }, "the stack's environment tag is no known environment"],
    ["a blank tag name", { environmentTag: "" }, {}, "`environmentTag` is blank"],
    [
      "a word that is never found",
      { environmentWords: { production: ["az-1"] } },
      { environment: "prod" },
      "never found",
    ],
    ["a word for two", { environmentWords: { staging: ["Prod"] } }, { environment: "prod" }, "to two environments"],
  ];
  test.each(cases)("%s", async (_what, settings, tags, message) => {
    const found = await begin({ "pack-settings": settings }, tags);
    expect(found).toMatchObject([
      { policy: "pack-settings", level: "mandatory", message: expect.stringContaining(message) },
    ]);
    expect(found[0]?.message).not.toMatch(/produciton|preprodction/);
    if (settings["environmentTag"] !== undefined) return;
    expect(policiesOf(await pack.analyze({ stack: "main", inputs: WRITER }))).toContain("no-write-in-production");
  });

  test("a contradiction is shown", async () => {
    expect(await begin({}, { environment: "dev" })).toMatchObject([
      { policy: "pack-settings", level: "advisory", message: expect.stringContaining("production's rules hold") },
    ]);
  });
});

test("what exemption-hygiene refuses exempts nothing, by its configured limit, and also where it is off", async () => {
  const exemption = {
    policy: "no-write-in-production",
    urn: "*::backend",
    reason: "r",
    owner: "o",
    until: "2026-11-30",
  };
  const blocks = async (config: Parameters<typeof begin>[0], name = "backend") => {
    await begin(config);
    return (await pack.analyze({ inputs: WRITER, name })).some(
      ({ policy, level }) => policy === "no-write-in-production" && level === "mandatory",
    );
  };
  const settings = (more: object) => ({ "pack-settings": { exemptions: [{ ...exemption, ...more }] } });
  expect(await blocks(settings({}))).toBe(false);
  for (const more of [
    { until: "2099-01-01" },
    { urn: "*" },
    { urn: "*::*" },
    { urn: "urn:pulumi:acme-prod::*" },
    { urn: "*::*c*" },
  ]) {
    expect(await blocks(settings(more)), JSON.stringify(more)).toBe(true);
    expect(await blocks({ ...settings(more), "exemption-hygiene": { enforcementLevel: "disabled" } })).toBe(true);
  }
  expect(await blocks({ ...settings({}), "exemption-hygiene": { maxDays: 7 } })).toBe(true);
  expect(await blocks(settings({ urn: "*::legacy-*" }), "legacy-1")).toBe(false);
  expect(await blocks(settings({ urn: "*::legacy-*" }), "evil::legacy-1")).toBe(true);
  expect(await blocks(settings({ urn: "*::legacy-*" }), "legacy-1::evil")).toBe(true);
});

test("without pack-settings every stack is production, and that is said", async () => {
  await begin({ "pack-settings": { enforcementLevel: "disabled", environment: "dev" } });
  const fresh = await startPack({ ZKSCORE_NOW: EXAMPLE_NOW, ZKSCORE_BASE_URL: "http://127.0.0.1:9/v1", CI: undefined });
  try {
    await fresh.configure({ "pack-settings": { enforcementLevel: "disabled", environment: "dev" } });
    await fresh.analyze(ROOT);
    const found = await fresh.analyze({ stack: "acme-dev", inputs: WRITER });
    expect(policiesOf(found)).toContain("no-write-in-production");
    expect(found).toContainEqual(
      expect.objectContaining({ level: "mandatory", message: expect.stringContaining("`pack-settings` is disabled") }),
    );
  } finally {
    await fresh.stop();
  }
});

test("a level and a parameter from the configuration hold", async () => {
  await begin({
    "expiry-horizon": { maxDaysProduction: 20, enforcementLevel: "advisory" },
    "rotation-required": { enforcementLevel: "disabled" },
  });
  const found = await pack.analyze({});
  expect(found.map(({ policy, level }) => `${policy} ${level}`)).toEqual(["expiry-horizon advisory"]);
});

test("an advisory level is a ceiling: nothing of such a policy blocks, in production neither", async () => {
  await begin({ "ip-allow-list": { enforcementLevel: "advisory" } });
  const inputs = withField(COMPLIANT, "permissions[0].restrictions", undefined);
  expect(await pack.analyze({ inputs })).toMatchObject([{ policy: "ip-allow-list", level: "advisory" }]);
});

test("outside production a policy is as strict as `outsideProduction` says", async () => {
  const inputs = withField(COMPLIANT, "rotation", undefined);
  for (const [outsideProduction, levels] of [
    ["mandatory", ["mandatory"]],
    ["advisory", ["advisory"]],
    ["off", []],
  ] as const) {
    await begin({ "rotation-required": { outsideProduction } });
    const found = await pack.analyze({ inputs, stack: "acme-dev" });
    expect(found.map(({ level }) => level)).toEqual(levels);
  }
});

test("a misspelt parameter is one readable error, however many keys there are", async () => {
  await begin({ "expiry-horizon": { maxDay: 5 } });
  const found = [
    ...(await pack.analyze({})),
    ...(await pack.analyze({ name: "second" })),
    ...(await pack.analyze({ name: "third" })),
  ];
  expect(found).toMatchObject([
    {
      policy: "expiry-horizon",
      level: "mandatory",
      message: expect.stringContaining("`maxDay` doesn't exist; there are: maxDays, maxDaysProduction, runEvery"),
    },
  ]);
  const settings = await begin({ "pack-settings": { enviroment: "production" } });
  expect(settings).toMatchObject([
    { policy: "pack-settings", message: expect.stringContaining("`enviroment` doesn't exist") },
  ]);
});

test("an exemption lets one policy's finding at one key pass, as an advisory that says who and until when", async () => {
  const exemption = {
    policy: "no-write-in-production",
    urn: "*::backend",
    reason: "migration",
    owner: "ops",
    until: "2026-11-30",
  };
  await begin({ "pack-settings": { exemptions: [exemption] } });
  const found = (await pack.analyze({ inputs: WRITER })).filter(({ policy }) => policy === "no-write-in-production");
  expect(found).toMatchObject([
    { level: "advisory", message: expect.stringContaining("exempt until 2026-11-30 (ops: migration)") },
  ]);
  const other = await pack.analyze({ inputs: WRITER, name: "other" });
  expect(
    other.filter(({ policy, level }) => policy === "no-write-in-production" && level === "mandatory"),
  ).toHaveLength(1);
  expect(await pack.analyzeStack([{ ...ROOT }, { inputs: { ...WRITER, createdAt: "2026-10-30T00:00:00Z" } }])).toEqual(
    [],
  );
});

test("exemptions that are expired, far off, for nothing or for no policy are reported, those of other stacks not", async () => {
  const exemption = (more: object) => ({
    policy: "rate-limit",
    urn: "*::backend",
    reason: "r",
    owner: "o",
    until: "2026-12-31",
    ...more,
  });
  await begin({
    "pack-settings": {
      exemptions: [
        exemption({ until: "2026-10-31" }),
        exemption({ until: "2028-01-01" }),
        exemption({ urn: "*::nobody" }),
        exemption({ policy: "no-such-policy" }),
        exemption({ until: "2026-02-30" }),
        exemption({ urn: "urn:pulumi:acme-dev::*::backend" }),
        exemption({}),
      ],
    },
  });
  const found = await pack.analyzeStack([ROOT, { inputs: COMPLIANT }]);
  expect(found.map(({ level, message }) => `${level} ${message.split("\n")[1]?.replace(/^.*?\): /, "")}`)).toEqual([
    "mandatory expired on 2026-10-31: it no longer exempts anything",
    "mandatory ends more than 180 days ahead: it exempts nothing",
    "advisory matches no resource of this stack",
    "mandatory names no policy of this pack that can be exempted from",
    "mandatory `until` is no day of the calendar (YYYY-MM-DD)",
    "advisory exempted nothing in this run",
  ]);
});

describe("remediations", () => {
  const remediating = ["expiry-required", "expiry-horizon", "ip-allow-list", "ownership"];
  const config = Object.fromEntries(remediating.map((id) => [id, { enforcementLevel: "remediate" }]));
  const hidden = {
    __provider: "exports.handler = () => 1",
    webhooks: secret([{ url: "https://a.example", events: ["x"], secret: "s" }]),
  };

  test("narrow the bag, keep `__provider` and secrets as they were, and end the violations", async () => {
    await begin(config, { owner: "team-tag" });
    const { expiresIn: _none, ...rest } = withField(
      withField(COMPLIANT, "metadata.owner", undefined),
      "permissions[0].restrictions.ipWhitelist",
      ["203.0.113.0/24", "203.0.113.7/32", "203.0.113.0/24"],
    );
    const results = await pack.remediate({ inputs: { ...rest, ...hidden } });
    expect(results.map(({ policy }) => policy)).toEqual(["expiry-required", "ip-allow-list", "ownership"]);
    const after = results.at(-1)?.properties ?? {};
    expect(after).toEqual({
      ...COMPLIANT,
      ...hidden,
      expiresIn: "30d",
      metadata: { owner: "team-tag", purpose: "score badges" },
    });
    expect(await pack.remediate({ inputs: after })).toEqual([]);
    const { webhooks: _hook, ...judged } = after;
    expect(await pack.analyze({ inputs: judged })).toEqual([]);
  });

  test("turn a far expiry into a span, so that the next run changes nothing", async () => {
    await begin(config);
    const { expiresIn: _span, ...rest } = COMPLIANT;
    const [result] = await pack.remediate({ inputs: { ...rest, ...hidden, expiry: "2030-01-01T00:00:00Z" } });
    expect(result).toEqual({ policy: "expiry-horizon", properties: { ...COMPLIANT, ...hidden, expiresIn: "30d" } });
  });

  test("leave what isn't known, what is secret, and what a rotation needs alone", async () => {
    await begin(config, { owner: "team-tag" });
    const list = "permissions[0].restrictions.ipWhitelist";
    const inputs = [
      withField(COMPLIANT, "expiresIn", UNKNOWN),
      withField(withField(COMPLIANT, "expiresIn", "365d"), "rotation.every", "60d"),
      withField(COMPLIANT, list, ["203.0.113.0/24", "203.0.113.0/24", UNKNOWN]),
      withField(COMPLIANT, list, ["203.0.113.0/24", secret("203.0.113.0/24")]),
      withField(COMPLIANT, "metadata", UNKNOWN),
      withField(COMPLIANT, "metadata.owner", UNKNOWN),
    ];
    for (const given of inputs) expect(await pack.remediate({ inputs: given })).toEqual([]);
  });

  test("keep a secret bag secret", async () => {
    await begin(config, { owner: "team-tag" });
    const inputs = { ...COMPLIANT, metadata: secret({ purpose: "score badges" }) };
    const [result] = await pack.remediate({ inputs });
    expect(result?.properties["metadata"]).toEqual(secret({ purpose: "score badges", owner: "team-tag" }));
  });
});
