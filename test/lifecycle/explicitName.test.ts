import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { keyByHand } from "../support/host/world.ts";
import { inWhole, share } from "../support/share.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

// Under retain, which governs removal: no replacement may leave the old key with the name.
const named = (description: string) =>
  `{ name: "prod-app", description: "${description}", deletionPolicy: "retain", ${READ_SCORES} }`;

describeWithEngine("an explicit name", () => {
  test.runIf(inWhole("an explicit name"))(
    "is kept through replacements, which delete first, and is never taken from another key",
    {
      timeout: 120_000,
    },
    async () => {
      await freshWorld({ program: keysProgram({ a: named("1") }) });
      const { keyId: foreign } = await keyByHand(world.api, { name: "prod-app" });
      const refused = await world.stack.up();
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain(`a: the name "prod-app" is taken by key ${foreign}`);
      expect(refused.output).toMatch(/ZKS_CONFLICT, HTTP 409/);
      expect(refused.output).toMatch(/cause: .*unique.*\s+remedy: +choose another name, use namePrefix/);
      expect(world.live()).toEqual([foreign]);
      world.api.revoke(foreign);

      await succeed(world.stack.up());
      for (const description of share("replacements under an explicit name", ["2", "3"], (text) => text === "2")) {
        const before = world.key("a").id;
        world.stack.setProgram(keysProgram({ a: named(description) }));
        world.requests();
        await succeed(world.stack.up());
        expect(world.requests().filter((operation) => operation !== "list")).toEqual(["revoke", "create"]);
        expect(world.key("a")).toMatchObject({ name: "prod-app", description });
        expect(world.key("a").id).not.toBe(before);
      }

      // `--replace` asks for no diff: the order comes from the resource's own options.
      const before = world.key("a").id;
      await succeed(world.stack.up(["--replace", "**a"]));
      expect(world.live()).toEqual([world.key("a").id]);
      expect(world.key("a").id).not.toBe(before);
      await world.settled();
    },
  );
});
