import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { killHard } from "../support/engine/processes.ts";
import { succeed } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const ARGS = `{ ${READ_SCORES}, rotation: { trigger: process.env.TRIGGER ?? "1", overlap: "1h" } }`;
const PROGRAM = keysProgram({ a: ARGS, b: ARGS });

describeWithEngine("two stacks of equal project, stack and key names in two backends on one account", () => {
  let one: World;
  let two: World;
  beforeAll(async () => {
    one = await createWorld({ program: PROGRAM });
    two = await createWorld({ program: PROGRAM, api: one.api });
    await succeed(one.stack.up());
    await succeed(two.stack.up());
  }, 60_000);
  afterAll(async () => {
    await two.dispose();
    await one.dispose();
  });

  test.runIf(inWhole("two backends"))(
    "a crash in one, and all that mends it, makes not one request against a key of the other",
    async () => {
      const { api } = one;
      const others = new Set(Object.values(await two.stack.outputs()));
      api.faults.add({ operation: "create", kind: "pause", phase: "afterCommit" });
      const since = api.journal().length;
      const run = one.stack.start(["up", "--stack", "dev", "--yes", "--skip-preview"], { TRIGGER: "2" });
      await api.waitForPause({ operation: "create" });
      run.kill();
      killHard(one.stack.providerPids());
      await run.done.catch(() => undefined);
      api.faults.clear();
      api.release();
      expect(one.live().length).toBeGreaterThan(4);

      await one.stack.cancel();
      await succeed(one.stack.up([], { TRIGGER: "2" }));
      await one.stack.expectNoChanges({ TRIGGER: "2" });
      const about = api
        .journal()
        .slice(since)
        .flatMap(({ keyId, operation }) => (operation === "create" || keyId === null ? [] : [keyId]));
      expect(about.length).toBeGreaterThan(0);
      expect(about.filter((id) => others.has(id))).toEqual([]);

      await succeed(one.stack.destroy());
      expect(new Set(one.live())).toEqual(new Set([...others].filter((value) => one.live().includes(String(value)))));
      expect(one.live()).toHaveLength(2);
      await two.stack.expectNoChanges();
      await succeed(two.stack.destroy());
      expect(one.live()).toEqual([]);
    },
    180_000,
  );
});
