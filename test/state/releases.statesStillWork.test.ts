import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { copyOfAccount, RECORDED_AT, RELEASES, recordedAccount, recordedProgram } from "../support/releases.ts";
import { createWorld, type World } from "../support/world.ts";

const versions = existsSync(RELEASES) ? readdirSync(RELEASES) : [];

describeWithEngine("states of every release", () => {
  test("there is at least one", () => expect(versions.length).toBeGreaterThan(0));

  test.each(versions)(
    "the state of %s refreshes, is at rest, ends its overlap, updates and is destroyed",
    async (version) => {
      const account = copyOfAccount(version);
      const api = await startEmulator(recordedAccount(account));
      const at = { ZKSCORE_NOW: RECORDED_AT };
      const world = await createWorld({ api, program: recordedProgram("two"), env: at });
      try {
        const file = join(RELEASES, version, "state.json");
        await succeed(world.stack.run(["stack", "import", "--stack", "dev", "--file", file]));
        // The refresh writes what only the provider reads in this release's form, and nobody sees a change.
        const refreshed = await succeed(world.stack.refresh(["--expect-no-changes"]));
        expect(refreshed.output).not.toMatch(/updated|changed outside/);
        for (const { type, delete: pending, outputs = {} } of await resources(world)) {
          if (!type.endsWith(":ApiKey") || pending === true) continue;
          expect(JSON.parse(String(outputs["internal"]))).toMatchObject({
            v: 1,
            s: expect.stringMatching(/^[0-9a-f]{16}$/),
          });
          expect(outputs).not.toHaveProperty("confirmed");
        }
        await world.stack.expectNoChanges();
        expect(world.live()).toHaveLength(5);

        const later = { ZKSCORE_NOW: "2026-06-04T00:00:00Z" };
        api.setNow(later.ZKSCORE_NOW);
        world.stack.setProgram(recordedProgram("three"));
        await succeed(world.stack.up([], later));
        expect(world.live()).toHaveLength(5);
        const outputs = await world.stack.outputs();
        expect((await api.use(String(outputs["rotatedSecret"]))).status).toBe(200);
        await world.stack.expectNoChanges(later);

        await succeed(world.stack.destroy([], later));
        expect(
          api
            .keys()
            .filter((key) => key.status === "active")
            .map((key) => key.name),
        ).toEqual(["recorded-named"]);
      } finally {
        await world.dispose();
        await api.close();
        rmSync(account, { recursive: true, force: true });
      }
    },
    180_000,
  );
});

async function resources(world: World) {
  return (await world.stack.export()).deployment.resources ?? [];
}
