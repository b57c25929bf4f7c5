import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { RECORDED_AT, RELEASES, recordedAccount, recordedProgram } from "../support/releases.ts";
import { createWorld } from "../support/world.ts";

// A border: the package's own manifest.
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

/** Before a release: records the state that this version writes, with an overlap under way, and its account. */
describeWithEngine("recording of a release", () => {
  test(`the state of ${version}`, async () => {
    const folder = join(RELEASES, version);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "account"), { recursive: true });
    const api = await startEmulator(recordedAccount(join(folder, "account")));
    const world = await createWorld({ api, program: recordedProgram("one"), env: { ZKSCORE_NOW: RECORDED_AT } });
    try {
      await succeed(world.stack.up());
      world.stack.setProgram(recordedProgram("two"));
      await succeed(world.stack.up());
      expect(world.live()).toHaveLength(5);
      writeFileSync(join(folder, "state.json"), `${JSON.stringify(await world.stack.export(), undefined, 1)}\n`);
    } finally {
      await world.dispose();
      await api.close();
    }
  });
});
