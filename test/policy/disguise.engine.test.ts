import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { COMPLIANT } from "../../policy/docs/example.ts";
import { render } from "../../policy/docs/render.ts";
import { ownerOf, urnOf } from "../../provider/domain/marker.ts";
import { providerText } from "../../provider/resources/providerText.ts";
import { packageRoot } from "../../tools/root.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole, share } from "../support/share.ts";

vi.setConfig({ testTimeout: 300_000 });

/** What only the engine can show: which URN, properties and messages reach the pack. */
const PACK = ["--policy-pack", join(packageRoot, "policy")];
const imports = 'import * as pulumi from "@pulumi/pulumi";\nimport { ApiKey } from "pulumi-zkscore";\n';
const args = render(COMPLIANT, 0);
const FINDING = /\[(mandatory|advisory)\]/;

describeWithEngine("the pack and what isn't declared as a key", () => {
  beforeEach(async () => {
    await freshWorld({ program: "", stack: "acme-prod" });
  });
  test.runIf(inWhole("the pack and honest keys"))(
    "an honest key passes: alone, in a component, moved into one by an alias, and in `policy analyze`",
    async () => {
      const component =
        'class Team extends pulumi.ComponentResource { constructor(n: string) { super("acme:index:Team", n, {}); } }\n'.replace(
          "(n: string)",
          "(n)",
        );
      world.stack.setProgram(`${imports}${component}
      new ApiKey("alone", ${args});
      new ApiKey("inside", ${args}, { parent: new Team("team") });`);
      expect((await succeed(world.stack.up(PACK))).output).not.toMatch(FINDING);
      world.stack.setProgram(`${imports}${component}
      const team = new Team("team");
      new ApiKey("moved", ${args}, { parent: team, aliases: [{ name: "alone", parent: pulumi.rootStackResource }] });
      new ApiKey("inside", ${args}, { parent: team });`);
      expect((await succeed(world.stack.preview(PACK))).output).not.toMatch(FINDING);
      const moved = await succeed(world.stack.up(PACK));
      expect(moved.output).not.toMatch(FINDING);
      expect(world.live()).toHaveLength(2);
      const file = join(world.stack.folder, "state.json");
      writeFileSync(file, JSON.stringify(await world.stack.export()));
      const analyzed = await world.stack.run(["policy", "analyze", "--file", file, ...PACK]);
      expect(analyzed.output).not.toMatch(/\[mandatory\]/);
    },
  );

  // Consistent in itself, as a copy of another stack's is: the provider's own `check` has nothing to say of it alone.
  const names = { project: "victim", stack: "prod", name: "n" };
  const ownership = JSON.stringify({ identity: "i", owner: ownerOf("i", urnOf(names)), ...names });
  const text = JSON.stringify(providerText("apiKey"));
  const programs = [
    [
      "our inputs under another type",
      `new pulumi.CustomResource("pulumi-nodejs:dynamic/acme:Thing", "x",
        { permissions: [{ resource: "all", actions: ["all"] }], ownership: ${ownership}, __provider: ${text} });`,
      ["no-disguised-key", "no-wildcard-access"],
    ],
    [
      "another stack's ownership",
      `new ApiKey("x", ${args}, { transforms: [({ props, opts }) =>
        ({ props: { ...props, ownership: ${ownership} }, opts })] });`,
      ["no-disguised-key"],
    ],
  ] as const;
  test.each(share("disguises", programs, ([what]) => what.includes("another type")))(
    "%s is refused, and makes no key",
    async (_what, program, policies) => {
      world.stack.setProgram(imports + program);
      const preview = await world.stack.preview(PACK);
      for (const policy of policies) {
        expect(preview.output).toMatch(new RegExp(`\\[mandatory\\] \\[severity: critical\\] {2}${policy} .*: x\\)`));
      }
      expect((await world.stack.up(PACK)).code).not.toBe(0);
      expect(world.live()).toEqual([]);
      expect(world.requests()).not.toContain("create");
    },
  );

  test.runIf(inWhole("the text [secret]"))(
    'the text "[secret]" is a text in preview and up, and unknown in `policy analyze` alone',
    async () => {
      const hook = '[{ url: "https://hooks.acme.example/x", events: ["score.updated"], secret: "[secret]" }]';
      world.stack.setProgram(`${imports}
      new ApiKey("hooked", { ...${args}, webhooks: ${hook} });`);
      const preview = await world.stack.preview(PACK);
      expect(preview.output).toContain("webhooks[0].secret: is shorter than 32 characters");
      await succeed(world.stack.up());
      const file = join(world.stack.folder, "redacted.json");
      writeFileSync(file, JSON.stringify(await world.stack.export()));
      const analyze = ["policy", "analyze", "--file", file, ...PACK];
      const blind = await world.stack.run(analyze, { PULUMI_CONFIG_PASSPHRASE: undefined });
      expect(blind.output).toContain("not judged: webhooks.");
      expect(blind.output).not.toContain("is shorter than");
    },
  );
});
