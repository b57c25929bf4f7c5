import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../support/emulator.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

describeWithEngine("adoption on the real engine", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: keysProgram({}) });
  });
  afterAll(() => world.dispose());

  test.runIf(inWhole("adoption"))(
    "a key made by hand is taken over with its secret, not shown, replaced with an overlap, and kept when it is let go",
    async () => {
      const { stack, api } = world;
      const made = async (name: string) => {
        const body = { name, permissions: [{ resource: "scores", actions: ["read"] }] };
        const answer = await ask(`${api.url}/developer/keys`, api.accounts[0]?.token, "POST", body);
        return answer.json as { keyId: string; apiKey: string }; // the emulator's own answer
      };
      const { keyId, apiKey } = await made("legacy");
      const adopting = (more = "") =>
        keysProgram({ a: `{ ${READ_SCORES}, adopt: { keyId: "${keyId}", apiKey: process.env.LEGACY }${more} }` });
      const env = { LEGACY: apiKey };

      stack.setProgram(adopting());
      world.requests();
      const up = await succeed(stack.up([], env));
      expect(up.output).not.toContain(apiKey);
      expect(world.requests().filter((operation) => !["list", "usage"].includes(operation))).toEqual([]);
      expect((await stack.outputs())["aSecret"]).toBe(apiKey);
      expect(JSON.stringify(await stack.export())).not.toContain(apiKey);
      await stack.expectNoChanges(env);

      stack.setProgram(adopting(`, description: "ours now", rotation: { overlap: "1h" }`));
      await succeed(stack.up([], env));
      expect(world.live()).toHaveLength(2);
      expect(world.live()).toContain(keyId);
      await stack.expectNoChanges(env);

      stack.setProgram(keysProgram({}));
      const gone = await succeed(stack.up([], env));
      // Retained is the new key, and nobody who still uses the adopted one is cut off: it is named.
      expect(world.live()).toHaveLength(2);
      expect(gone.output).toContain(`key ${keyId}, which it replaced, lives on`);
    },
    120_000,
  );
});
