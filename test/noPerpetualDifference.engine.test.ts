import { afterEach, expect, test } from "vitest";
import { describeWithEngine } from "./support/engine.ts";
import { FIELD_CASES, fieldProgram } from "./support/fieldCases.ts";
import { succeed } from "./support/stack.ts";
import { createWorld, type World } from "./support/world.ts";

let world: World | undefined;

describeWithEngine("a server that normalises, fills in and reorders every field", () => {
  afterEach(() => world?.dispose());

  test.each(["replace", "patch"])(
    "makes no difference after create and after change, in mode %s",
    {
      timeout: 240_000,
    },
    async (mode) => {
      world = await createWorld({
        program: fieldProgram("before"),
        env: { ZKSCORE_UPDATES: mode },
        emulator: { updates: "patch", normalise: true, metadata: "reorder" },
      });
      await succeed(world.stack.up());
      await world.settled();
      world.stack.setProgram(fieldProgram("after"));
      await succeed(world.stack.up());
      await world.settled();
      expect(world.live()).toHaveLength(Object.keys(FIELD_CASES).length);
    },
  );
});
