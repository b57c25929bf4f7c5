import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { startCli } from "../support/cli.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { connection, keysProgram, READ_SCORES } from "../support/world.ts";

const run = promisify(execFile);

describeWithEngine("reconcile, on what the engine writes", (engine) => {
  beforeEach(async () => {
    await freshWorld({
      program: keysProgram({
        steady: `{ ${READ_SCORES} }`,
        moving: `{ ${READ_SCORES}, rotation: { overlap: "1d", trigger: 1 } }`,
      }),
    });
    await succeed(world.stack.up());
  });
  /** `zkscore-keys reconcile` in the project's folder, on its current stack. */
  const reconcile = (...args: string[]) =>
    startCli(["reconcile", ...args], { ...environment(), ...connection(world.api) }, world.stack.folder).done;

  /** As in the shell of the person who runs Pulumi there, without the passphrase. */
  const environment = () => ({
    ...engine.env,
    PULUMI_BACKEND_URL: `file://${join(world.stack.folder, "state")}?metadata=skip`,
    PULUMI_HOME: join(world.stack.folder, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });

  const urnOf = async (name: string) =>
    (await world.stack.export()).deployment.resources?.find((one) => one.urn.endsWith(`::${name}`))?.urn ?? "";

  test.runIf(inWhole("reconcile after a rotation"))(
    "after a rotation: managed and retired; after `state delete`: an orphan, revoked on request",
    async () => {
      world.stack.setProgram(
        keysProgram({
          steady: `{ ${READ_SCORES} }`,
          moving: `{ ${READ_SCORES}, rotation: { overlap: "1d", trigger: 2 } }`,
        }),
      );
      await succeed(world.stack.up());
      const clean = await reconcile("--json");
      expect(JSON.parse(clean.stdout)).toMatchObject({ summary: { managed: 2, retired: 1, orphaned: 0, missing: 0 } });
      expect(clean.code).toBe(0);

      await succeed(world.stack.run(["state", "delete", await urnOf("steady"), "--stack", "dev", "--yes"]));
      const lost = await reconcile("--json");
      expect(JSON.parse(lost.stdout)).toMatchObject({ summary: { managed: 1, retired: 1, orphaned: 1 } });
      expect(lost.code).toBe(3);

      expect((await reconcile("--revoke-orphans", "--yes")).code).toBe(0);
      expect(world.live()).toHaveLength(2);
      // The next `up` makes the deleted one anew.
      await succeed(world.stack.up());
      await world.stack.expectNoChanges();
      expect((await reconcile()).code).toBe(0);
    },
  );

  test("an export on stdin is enough: no passphrase, no project, no selected stack", async () => {
    const cli = join(packageRoot, "dist", "cli", "main.js");
    const pipe = `"$PULUMI" stack export --stack dev | "$NODE" "$CLI" reconcile --json -`;
    const env = { ...process.env, ...environment(), ...connection(world.api) };
    const { stdout } = await run("sh", ["-c", pipe], {
      cwd: world.stack.folder,
      env: { ...env, PULUMI: engine.pulumi, NODE: process.execPath, CLI: cli },
    });
    expect(JSON.parse(stdout)).toMatchObject({ summary: { managed: 2, orphaned: 0, foreign: 0, missing: 0 } });
  });

  test("outside a project it says what to do", async () => {
    const { code, stderr } = await startCli(["reconcile"], { ...environment(), ...connection(world.api) }, packageRoot)
      .done;
    expect(code).toBe(1);
    expect(stderr).toContain("pulumi stack export > state.json");
  });
});
