import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { READ_SCORES } from "../support/world.ts";

const SIGNING = "c4nary-signing-secret";
const HOOKS = `[{ url: "https://hooks.example.com", events: ["score.updated"], secret: "${SIGNING}" }]`;

/** Each key is changed by another kind of transform: on itself, on its parent, on the stack; the old form and the new. */
const program = (rest = "") => `import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
const set = ({ type, props, opts }: any) => !type.endsWith("zkscore:ApiKey") ? undefined :
  ({ props: { ...props, webhooks: ${HOOKS} }, opts: { ...opts, additionalSecretOutputs: [] } });
pulumi.runtime.registerResourceTransform((args) => (args.name === "stacked" ? set(args) : undefined));
const newer = new pulumi.ComponentResource("test:index:App", "newer", {}, { transforms: [set] });
const older = new pulumi.ComponentResource("test:index:App", "older", {}, { transformations: [set] });
const args: any = { ${READ_SCORES} };
new ApiKey("own", args, { transforms: [set] });
new ApiKey("ownOld", args, { transformations: [set] });
new ApiKey("inNewer", args, { parent: newer });
new ApiKey("inOlder", args, { parent: older });
new ApiKey("stacked", args);
${rest}
`;

describeWithEngine("what a transform sets", () => {
  test.runIf(inWhole("transforms"))(
    "ends as if the program had written it: no secret stands in clear, and an output is refused by name",
    {
      timeout: 600_000,
    },
    async () => {
      await freshWorld({ program: program(), emulator: { updates: "patch" }, timeoutMs: 240_000 });
      const { stack, api } = world;
      await succeed(stack.up());
      expect(api.keys().filter(({ webhooks }) => webhooks?.length === 1)).toHaveLength(5);
      await world.settled();
      const secrets = Object.values(await secretsOf());
      expect(secrets).toHaveLength(5);
      expect(await shownInState([SIGNING, "hooks.example.com", ...secrets, "test:index:App"])).toEqual([
        "test:index:App",
      ]);

      // What an update gives back is marked, too.
      stack.setProgram(program().replace("score.updated", "identity.verified"));
      await succeed(stack.up([], { ZKSCORE_UPDATES: "patch" }));
      expect(world.requests()).toContain("update");
      expect(await shownInState([SIGNING, "hooks.example.com", ...secrets])).toEqual([]);

      const live = world.live();
      stack.setProgram(
        program(
          'new ApiKey("wrong", args, { transforms: [({ props, opts }) => ({ props: { ...props, apiKey: "planted", keyId: "k" }, opts })] });',
        ),
      );
      const preview = await stack.preview();
      expect(preview.code).not.toBe(0);
      expect(preview.output).toMatch(/'wrong' has a problem: apiKey: is not a field here; remove it/);
      expect(preview.output).toMatch(/'wrong' has a problem: keyId: is not a field here; remove it/);
      expect(world.live()).toEqual(live);
    },
  );
});

/** Those of the texts that stand in clear in the state. */
async function shownInState(texts: readonly string[]): Promise<string[]> {
  const state = JSON.stringify(await world.stack.export());
  return texts.filter((text) => state.includes(text));
}

/** The issued secrets in clear, by URN. */
async function secretsOf(): Promise<Record<string, string>> {
  const { deployment } = await world.stack.export(["--show-secrets"]);
  const keys = (deployment.resources ?? []).filter(({ type }) => type.endsWith("zkscore:ApiKey"));
  return Object.fromEntries(
    keys.map(({ urn, outputs }) => {
      const { plaintext } = (outputs?.["apiKey"] ?? {}) as { plaintext?: string };
      if (plaintext === undefined) throw new Error(`the secret of ${urn} is not marked as one`);
      return [urn, JSON.parse(plaintext) as string];
    }),
  );
}
