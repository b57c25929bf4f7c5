import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { FIELD_CASES, fieldProgram } from "../support/fieldCases.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole, share } from "../support/share.ts";

const NEVER_IN_PLACE = Object.values(FIELD_CASES).filter(({ change }) => change === "replaces").length;

describeWithEngine("a server that normalises, fills in and reorders every field", () => {
  test.runIf(inWhole("a server that normalises"))(
    "makes no difference after create, and after changes in both modes",
    { timeout: 240_000 },
    async () => {
      await freshWorld({
        program: fieldProgram("before"),
        emulator: { updates: "patch", normalise: true, metadata: "reorder" },
      });
      await succeed(world.stack.up());
      await world.settled();
      const changes = [
        ["patch", "after"],
        ["replace", "before"],
      ] as const;
      // A replacement makes its key as a create does.
      for (const [mode, stage] of share("changes under a normalising server", changes, ([mode]) => mode === "patch")) {
        const env = { ZKSCORE_UPDATES: mode };
        world.stack.setProgram(fieldProgram(stage));
        const before = world.live();
        await succeed(world.stack.up([], env));
        // What can't be changed in place: the end, and a rotation by trigger.
        const kept = world.live().filter((id) => before.includes(id));
        expect(kept).toHaveLength(mode === "patch" ? before.length - NEVER_IN_PLACE : kept.length);
        await world.settled(env);
        expect(world.live()).toHaveLength(Object.keys(FIELD_CASES).length);
      }
    },
  );
});
