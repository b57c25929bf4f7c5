import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { READ_SCORES } from "../support/world.ts";

/** A key whose parent hands down `retainOnDelete` and `deletedWith`, with options of its own. */
const program = (description: string, opts = "") => `import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
const app = new pulumi.ComponentResource("test:index:App", "app", {}, { retainOnDelete: true, deletedWith: new pulumi.Stash("base", { input: 1 }) });
new ApiKey("a", { ${READ_SCORES}, description: "${description}" }, { parent: app, ${opts} });
`;

describeWithEngine("options of Pulumi that the engine doesn't hand to a dynamic provider", () => {
  test.runIf(inWhole("options, one by one"))(
    "customTimeouts cut a create, replaceOnChanges replaces, and no parent's retainOnDelete or deletedWith keeps a key alive",
    {
      timeout: 600_000,
    },
    async () => {
      const opts = `customTimeouts: { create: "3s", delete: "1m30s" }, replaceOnChanges: ["description"]`;
      await freshWorld({
        program: program("one", opts),
        timeoutMs: 240_000,
        emulator: { updates: "patch" },
        env: { ZKSCORE_UPDATES: "patch" },
      });
      const { stack, api } = world;
      api.faults.add({ operation: "create", kind: "pause", phase: "beforeParse", every: 1 });
      const late = await stack.up();
      api.faults.clear();
      api.release();
      expect(late.code).not.toBe(0);
      expect(late.output).toMatch(/error: .*\[ZKS_(INTERRUPTED|DEADLINE)/);
      expect(world.live()).toEqual([]);

      await succeed(stack.up());
      const [first = ""] = world.live();
      const outputs = (await stack.export()).deployment.resources?.find(({ id }) => id === first)?.outputs;
      expect(outputs?.["options"]).toEqual({ replaceOnChanges: ["description"], timeouts: { create: 3, delete: 90 } });

      stack.setProgram(program("two", opts));
      await succeed(stack.up());
      expect(world.live()).toHaveLength(1);
      expect(world.live()).not.toContain(first);
      await world.settled();

      // Without the option a change is made in place.
      const [second = ""] = world.live();
      stack.setProgram(program("three"));
      await succeed(stack.up());
      expect(world.live()).toEqual([second]);
      await succeed(stack.destroy());
      expect(world.live()).toEqual([]);
    },
  );
});
