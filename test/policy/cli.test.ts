import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { COMPLIANT, withField } from "../../policy/docs/example.ts";
import { render } from "../../policy/docs/render.ts";
import { packageRoot } from "../../tools/root.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import type { Env } from "../support/engine/project.ts";
import { succeed } from "../support/engine/stack.ts";
import { inWhole, share } from "../support/share.ts";
import { createWorld, keysProgram, type World } from "../support/world.ts";

// Several runs of the CLI in one test, on a machine that may be doing other things.
vi.setConfig({ testTimeout: 300_000 });

/** The pack under the real CLI, as a user calls it. */
const PACK = ["--policy-pack", join(packageRoot, "policy")];
const program = (inputs: Readonly<Record<string, unknown>>) => keysProgram({ backend: render(inputs, 0) });
const good = program(COMPLIANT);
const bad = program(withField(COMPLIANT, "permissions[0].resource", "all"));
const GRANT = { resource: "trust", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } };
const FINDING = /\[(mandatory|advisory)\]/;

describeWithEngine("pulumi with --policy-pack", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: good, stack: "acme-prod" });
  });
  afterAll(() => world.dispose());

  const configured = (name: string, config: unknown) => {
    const file = join(world.stack.folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(config));
    return [...PACK, "--policy-pack-config", file];
  };

  /** The pack sees the program: what the account holds needn't be read for it. */
  const previewed = (args: readonly string[], env?: Env) => world.stack.preview(["--refresh=false", ...args], env);

  test("refuses a violating program in preview, and in up before a key exists", async () => {
    world.stack.setProgram(bad);
    const preview = await world.stack.preview(PACK);
    expect(preview.code).not.toBe(0);
    expect(preview.output).toContain("permissions[0].resource: `all` grants every resource");
    const up = await world.stack.up(PACK);
    expect(up.code).not.toBe(0);
    expect(up.output).toContain("no-wildcard-access");
    expect(world.live()).toEqual([]);
    expect(world.requests()).not.toContain("create");
  });

  test.runIf(inWhole("a compliant program"))(
    "lets a compliant one through, in preview and in up, without a word",
    async () => {
      world.stack.setProgram(good);
      const preview = await succeed(world.stack.preview(PACK));
      expect(preview.output).not.toMatch(FINDING);
      const up = await succeed(world.stack.up(PACK));
      expect(up.output).not.toMatch(FINDING);
      expect(world.live()).toHaveLength(1);
    },
  );

  test.runIf(inWhole("a stack tag"))(
    "a stack tag can't lower what the name says, an exemption of the stack can",
    async () => {
      world.stack.setProgram(program(withField(COMPLIANT, "permissions[0].actions", ["write"])));
      await succeed(world.stack.run(["stack", "tag", "set", "environment", "dev", "--stack", "acme-prod"]));
      const tagged = await previewed(PACK);
      expect(tagged.output).toContain("and the stack name says production");
      expect(tagged.output).toMatch(/\[advisory\].*pack-settings/);
      const until = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
      const exemption = {
        policy: "pack-settings",
        urn: "urn:pulumi:acme-prod::*",
        reason: "a copy",
        owner: "ops",
        until,
      };
      const lowered = await previewed(configured("env", { "pack-settings": { exemptions: [exemption] } }));
      expect(lowered.output).not.toContain("no-write-in-production");
      expect(lowered.output).not.toContain("exemption-hygiene");
      await succeed(world.stack.run(["stack", "tag", "rm", "environment", "--stack", "acme-prod"]));
    },
  );

  test.runIf(inWhole("remediations"))("remediations make a key that the next run leaves alone", async () => {
    const { expiresIn: _none, ...rest } = COMPLIANT;
    world.stack.setProgram(program({ ...rest, expiry: "2035-01-01T00:00:00Z" }));
    const config = configured("fix", { "expiry-horizon": "remediate" });
    expect((await previewed(PACK)).code).not.toBe(0);
    await succeed(world.stack.up(config));
    const expiry = Date.parse(world.key("backend").expiry ?? "");
    expect(expiry).toBeLessThanOrEqual(Date.now() + 30 * 86_400_000);
    await succeed(previewed([...config, "--expect-no-changes"]));
  });

  describe("a wrong configuration stops the run with one readable error", () => {
    const cases: readonly [string, unknown, string][] = [
      [
        "a value of the wrong type",
        { "expiry-horizon": { maxDays: "long" } },
        "expiry-horizon: maxDays: Invalid type. Expected: integer, given: string",
      ],
      ["a level that doesn't exist", { "rate-limit": "strict" }, '"strict" is not a valid enforcement level'],
      [
        "a parameter that doesn't exist",
        { "expiry-horizon": { maxDay: 3 } },
        "parameter `maxDay` doesn't exist; there are: maxDays",
      ],
      [
        "an exemption without an end",
        { "pack-settings": { exemptions: [{ policy: "p", urn: "u", reason: "r", owner: "o" }] } },
        "pack-settings: exemptions.0: until is required",
      ],
      [
        "a pattern that doesn't compile",
        { ownership: { namePattern: "(" } },
        "ownership: namePattern: Does not match format 'regex'",
      ],
    ];
    const kept = [1, 3].map((n) => cases[n]);
    test.each(share("wrong configurations", cases, (one) => kept.includes(one)))(
      "%s",
      async (what, config, message) => {
        world.stack.setProgram(good);
        const outcome = await previewed(configured(what.replaceAll(/\W/g, "-"), config));
        expect(outcome.code).not.toBe(0);
        expect(outcome.output).toContain(message);
        // The engine prints an error where it happens and again in its summary.
        expect(outcome.output.split(message).length - 1).toBeLessThanOrEqual(2);
        expect(outcome.output).not.toMatch(/^\s+at .*:\d+/m);
      },
    );
  });

  test.runIf(inWhole("live checks"))(
    "live checks ask the account on request, block what is new in CI until it is approved, and never hang on it",
    async () => {
      world.stack.setProgram(good);
      await succeed(world.stack.up());
      const live = { ZKSCORE_POLICY_LIVE: "TRUE", CI: "true" };
      const same = await succeed(previewed(PACK, live));
      expect(same.output).not.toContain("no-new-access");
      const more = { ...COMPLIANT, permissions: [...[COMPLIANT["permissions"]].flat(), GRANT] };
      world.stack.setProgram(program(more));
      const wider = await previewed(PACK, live);
      expect(wider.code).not.toBe(0);
      expect(wider.output).toContain("would add trust:read: its living key doesn't have that");
      expect((await previewed(PACK, { ...live, CI: undefined })).output).toMatch(/\[advisory\].*no-new-access/);
      const today = new Date().toISOString().slice(0, 10);
      const approvals = [{ urn: "*::backend", grant: "trust:read", by: "j.doe", until: today }];
      const approved = configured("approved", { "no-new-access": { approvals } });
      await succeed(previewed(approved, live));
      const offline = ["--refresh=false", ...approved];
      const refused = await previewed(offline, { ...live, ZKSCORE_TOKEN: "wrong" });
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain("not evaluated: ZKS_UNAUTHORIZED, HTTP 401");
      await succeed(previewed(offline, { ...live, CI: undefined, ZKSCORE_TOKEN: "wrong" }));
    },
  );

  test.runIf(inWhole("a pack of one's own"))(
    "a pack of one's own, and the installed package by its short path",
    async () => {
      const app = join(world.stack.folder, "app");
      mkdirSync(join(app, "node_modules"), { recursive: true });
      symlinkSync(packageRoot, join(app, "node_modules", "pulumi-zkscore"));
      const own = join(app, "guard");
      mkdirSync(own);
      writeFileSync(join(own, "PulumiPolicy.yaml"), "runtime: { name: nodejs, options: { typescript: false } }\n");
      writeFileSync(join(own, "package.json"), JSON.stringify({ name: "guard", version: "1.0.0", main: "index.js" }));
      writeFileSync(
        join(own, "index.js"),
        'const { ZkscoreGuard } = require("pulumi-zkscore/policy");\nnew ZkscoreGuard({ all: "advisory", expiryHorizon: { maxDaysProduction: 10, enforcementLevel: "mandatory" } });\n',
      );
      world.stack.setProgram(bad);
      const guarded = await previewed(["--policy-pack", own]);
      expect(guarded.code).not.toBe(0);
      expect(guarded.output).toMatch(/\[mandatory\].*expiry-horizon/);
      expect(guarded.output).toMatch(/\[advisory\].*no-wildcard-access/);
      const installed = await previewed(["--policy-pack", join(app, "node_modules", "pulumi-zkscore", "policy")]);
      expect(installed.output).toMatch(/\[mandatory\].*no-wildcard-access/);
    },
  );
});
