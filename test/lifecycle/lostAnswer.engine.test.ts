import { expect, test } from "vitest";
import type { FaultSpec } from "../../emulator/index.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { keysProgram, READ_SCORES, type World } from "../support/world.ts";

/** Each bites one POST: of ten keys made at once, each loses its first answer in another way. */
const LOST: readonly FaultSpec[] = [
  { operation: "create", kind: "reset", phase: "afterCommit" },
  { operation: "create", kind: "close", phase: "afterCommit" },
  { operation: "create", kind: "reset", phase: "body" },
  { operation: "create", kind: "close", phase: "headers" },
  { operation: "create", kind: "truncated" },
  { operation: "create", kind: "malformed" },
  { operation: "create", kind: "empty" },
  { operation: "create", kind: "html", phase: "afterCommit" },
  { operation: "create", kind: "html", phase: "afterCommit", status: 200 },
  { operation: "create", kind: "status", status: 500, phase: "afterCommit" },
];

const names = LOST.map((_, index) => `k${index}`);
const PROGRAM = keysProgram(
  Object.fromEntries(
    names.map((name, index) => [name, `{ ${index % 2 ? `name: "fixed-${index}", ` : ""}${READ_SCORES} }`]),
  ),
);

describeWithEngine("answers to POST that were lost", () => {
  test("once, in ten ways at once: the same up ends with one live key each, and says what it did", {
    timeout: 120_000,
  }, async () => {
    await freshWorld({ program: PROGRAM });
    for (const [index, spec] of LOST.entries()) world.api.faults.add({ ...spec, nth: index + 1 });
    // Settling begins with a listing: held until every key has sent its first POST, so that no fault meets a second one.
    const listings = world.api.faults.add({ operation: "list", kind: "pause", nth: 2, every: 1 });
    const lastPost = world.api.faults.add({ operation: "create", kind: "pause", nth: LOST.length });
    const run = world.stack.start(["up", "--stack", "dev", "--yes", "--skip-preview", "--parallel", "32"]);
    await world.api.waitForPause({ operation: "create" });
    for (const id of [listings, lastPost]) world.api.faults.clear(id);
    world.api.release();
    const up = await succeed(run.done);
    expectEachBit(world);
    const revoked = up.output.match(/revoked key key_\w+ (?=.*its secret was lost with the answer)/g);
    expect(new Set(revoked).size).toBe(LOST.length);
    await expectOneEach(world);
    expect(world.requests().filter((operation) => operation === "create")).toHaveLength(2 * LOST.length);
    await world.settled();
  });

  test.runIf(inWhole("answers lost twice"))(
    "twice in a row: an error each, nothing left alive; the next up makes them all",
    {
      timeout: 120_000,
    },
    async () => {
      await freshWorld({ program: PROGRAM });
      for (let post = 0; post < 2 * LOST.length; post++) {
        const spec = LOST[post % LOST.length];
        if (spec !== undefined) world.api.faults.add({ ...spec, nth: post + 1 });
      }
      // The engine starts nothing more after a failure; with room for all of them, every key is tried.
      const up = await world.stack.up(["--parallel", "32", "--continue-on-error"]);
      expect(up.code).not.toBe(0);
      expectEachBit(world);
      expect(world.live(), "all that was made is revoked").toEqual([]);
      expect(up.output).toMatch(/the answers to creating "[\w-]+" were lost twice in a row/);
      expect(up.output).toMatch(/safe: +the keys whose answers were lost are revoked; nothing is left behind/);

      await succeed(world.stack.up());
      await expectOneEach(world);
      await world.settled();
      await succeed(world.stack.destroy());
      expect(world.live()).toEqual([]);
    },
  );
});

function expectEachBit(at: World): void {
  expect(at.api.faults.list().map(({ hits }) => hits)).toEqual(at.api.faults.list().map(() => 1));
}

async function expectOneEach(at: World): Promise<void> {
  expect(Object.keys(at.keys()).sort()).toEqual(names.toSorted());
  expect(at.live()).toHaveLength(names.length);
  const outputs = await at.stack.outputs();
  for (const name of names) {
    expect(outputs[`${name}Id`]).toBe(at.key(name).id);
    expect((await at.api.use(String(outputs[`${name}Secret`]))).status).toBe(200);
  }
}
