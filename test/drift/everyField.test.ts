import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { FIELD_CASES, fieldProgram } from "../support/fieldCases.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import type { World } from "../support/world.ts";

const drifting = Object.entries(FIELD_CASES).flatMap(([name, { drift }]) =>
  drift === undefined ? [] : [{ name, drift }],
);

describeWithEngine("drift", () => {
  test.runIf(inWhole("drift of every field, with the engine"))(
    "of every field is found by refresh, named in preview, and repaired by the next up in both modes",
    {
      timeout: 240_000,
    },
    async () => {
      expect(drifting.length).toBeGreaterThanOrEqual(9);
      await freshWorld({
        program: fieldProgram("before", (one) => one.drift !== undefined),
        emulator: { updates: "patch" },
      });
      await succeed(world.stack.up());
      // Metadata has its base line from the first listing that shows it.
      await succeed(world.stack.refresh(["--expect-no-changes"]));
      world.requests();

      await changeOutOfBand(world);
      const wanted = world.keys();
      const refresh = await succeed(world.stack.refresh(["--diff"]));
      expect(refresh.output).toContain(`${drifting.length} updated`);
      expect(world.requests()).toEqual(["list"]);
      const repair = await succeed(world.stack.up([], { ZKSCORE_UPDATES: "patch" }));
      expect(world.requests().filter((operation) => operation !== "list")).toEqual(drifting.map(() => "update"));
      for (const { name, drift } of drifting) {
        expect(repair.output).toMatch(
          new RegExp(`${name}: key \\w+ was changed outside this program: ${fieldOf(drift)}`),
        );
        expect(world.key(name).id, `${name} was repaired in place`).toBe(wanted[name]?.id);
      }
      expectRepaired(world);
      await succeed(world.stack.refresh(["--expect-no-changes"]));

      await changeOutOfBand(world);
      await succeed(world.stack.up([], { ZKSCORE_UPDATES: "replace" }));
      for (const { name } of drifting) {
        expect(world.key(name).id, `${name} was replaced`).not.toBe(wanted[name]?.id);
      }
      expect(world.live()).toHaveLength(drifting.length);
      expectRepaired(world);
      await world.settled();
    },
  );
});

const original = new Map<string, string>();

/** Edits each key in the emulator; what it held before is what must be there again after the repair. */
async function changeOutOfBand(at: World): Promise<void> {
  for (const { name, drift } of drifting) {
    const key = at.key(name);
    if (!original.has(name)) original.set(name, managed(at, name));
    // An edit replaces metadata as a whole; the marker isn't what someone in a console would touch.
    at.api.edit(key.id, drift.metadata === undefined ? drift : { metadata: { ...key.metadata, ...drift.metadata } });
    expect(managed(at, name), `${name} differs now`).not.toBe(original.get(name));
  }
}

function expectRepaired(at: World): void {
  expect(drifting.map(({ name }) => managed(at, name))).toEqual(drifting.map(({ name }) => original.get(name)));
}

/** What the program manages of a key, without what is new for each key. */
function managed(at: World, name: string): string {
  const { description, permissions, rateLimit, webhooks, metadata, name: full } = at.key(name);
  const own = Object.entries(metadata).filter(([key]) => !key.startsWith("pulumi:"));
  const title = full.replace(/-[0-9a-f]{8}$/, "-*");
  const hooks = webhooks.map(({ url, events }) => ({ url, events }));
  return JSON.stringify({ title, description, permissions, rateLimit, hooks, own }, null, 1);
}

function fieldOf(drift: object): string {
  return Object.keys(drift).join(", ");
}
