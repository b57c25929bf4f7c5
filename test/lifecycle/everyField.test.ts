import { afterAll, describe, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { FIELD_CASES, type FieldCase, fieldProgram } from "../support/fieldCases.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole, share, whole } from "../support/share.ts";
import type { World } from "../support/world.ts";

type Effect = "replaces" | "patches" | "local" | "nothing";

const MODES = ["replace", "patch"] as const;

const checked: string[] = [];
describeWithEngine("every field, changed and removed", () => {
  // In npm test every field is patched in noPerpetualDifference.engine.
  describe.each(share("modes of every field", MODES, (mode) => mode === "replace"))("in mode %s", (mode) => {
    test.runIf(inWhole("every field"))(
      "changes what the program changed, as cheaply as the mode allows",
      { timeout: 240_000 },
      async () => {
        await freshWorld({
          program: fieldProgram("before"),
          env: { ZKSCORE_UPDATES: mode },
          emulator: { updates: "patch" },
        });
        await succeed(world.stack.up());
        expect(world.requests().sort()).toEqual([...Object.keys(FIELD_CASES).map(() => "create"), "list"]);
        await step(world, mode, "after", (one) => one.change);
        await step(world, mode, "removed", (one) => one.removal ?? one.change);
        // Once, at the end: what each step leaves different, the next one's count of requests shows.
        await world.settled();

        await succeed(world.stack.destroy());
        expect(world.live()).toEqual([]);
      },
    );
  });
});

/** Brings the stack to a stage and checks, key by key, what became of it. */
async function step(
  at: World,
  mode: "replace" | "patch",
  stage: "after" | "removed",
  effectOf: (one: FieldCase) => Effect,
): Promise<void> {
  const effect = (one: FieldCase): Effect => {
    const wanted = effectOf(one);
    return wanted === "patches" && mode === "replace" ? "replaces" : wanted;
  };
  const before = at.keys();
  at.stack.setProgram(fieldProgram(stage));
  at.requests();
  await succeed(at.stack.up());

  const now = at.keys();
  for (const [name, one] of Object.entries(FIELD_CASES)) {
    if (stage === "removed" && one.permissions !== undefined) continue; // permissions can't be removed
    expect(now[name]?.id === before[name]?.id, `${name}: the same key goes on`).toBe(effect(one) !== "replaces");
    expect(now[name], name).toMatchObject((stage === "after" ? one.becomes : one.without) ?? {});
    checked.push(`${mode} ${stage} ${name}`);
  }
  const count = (wanted: Effect) =>
    Object.values(FIELD_CASES).filter((one) => {
      return !(stage === "removed" && one.permissions !== undefined) && effect(one) === wanted;
    }).length;
  const sent = at.requests();
  const times = (operation: string) => sent.filter((one) => one === operation).length;
  expect(times("create")).toBe(count("replaces"));
  expect(times("revoke")).toBe(count("replaces"));
  expect(times("update")).toBe(count("patches"));
  expect(at.live()).toHaveLength(Object.keys(FIELD_CASES).length);
}

afterAll(() => {
  console.log(`every field: ${checked.length} changes of ${Object.keys(FIELD_CASES).length} fields`);
  expect(checked.length).toBeGreaterThanOrEqual(whole ? 50 : 25);
});
