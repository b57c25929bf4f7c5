import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { startCli } from "../support/cli.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { connection, keysProgram, READ_SCORES } from "../support/world.ts";

// The page docs/something-is-wrong.md, section by section.
describeWithEngine("something is wrong", () => {
  // What happens to the keys there is shown in npm test by ownership.stateCommands, ownership.copiedStack and
  // run.configurationChanged.
  const rest = test.runIf(inWhole("the rest of the page"));
  beforeEach(async () => {
    await freshWorld({ program: one("1d"), refreshAlways: false });
    await succeed(world.stack.up());
  });
  const one = (overlap: string | undefined, more = "") =>
    keysProgram({
      key: `{ ${READ_SCORES}${overlap === undefined ? "" : `, rotation: { overlap: "${overlap}" }`}${more} }`,
    });

  const urn = async () =>
    (await world.stack.export()).deployment.resources?.find((entry) => entry.urn.endsWith("::key"))?.urn ?? "";

  const secret = async () => String((await world.stack.outputs())["keySecret"]);
  const works = async (key: string) => (await world.api.use(key)).status === 200;

  /** `reconcile` on exported states, and what it counts. */
  const reconcile = async (states: readonly object[], ...args: string[]) => {
    const files = states.map((state, index) => {
      const file = join(world.stack.folder, `export-${index}.json`);
      writeFileSync(file, JSON.stringify(state));
      return file;
    });
    const run = await startCli(["reconcile", "--json", ...files, ...args], connection(world.api), world.stack.folder)
      .done;
    // A border: the interface of the command.
    return JSON.parse(run.stdout) as { summary: Record<string, number>; revoked: string[] };
  };

  const importState = (state: object, stack = "dev") => {
    const file = join(world.stack.folder, "import.json");
    writeFileSync(file, JSON.stringify(state));
    return succeed(world.stack.run(["stack", "import", "--stack", stack, "--file", file]));
  };

  rest("--replace with a refresh keeps the overlap; without, a key in use isn't replaced", async () => {
    const [first] = [await secret()];
    await succeed(world.stack.up(["--refresh", "--replace", await urn()]));
    expect([await works(first), await works(await secret())]).toEqual([true, true]);

    const second = await secret();
    expect(await works(second)).toBe(true);
    const refused = await world.stack.up(["--replace", await urn()]);
    expect(refused.output).toContain("ZKS_UNREAD");
    expect([await secret(), await works(second)]).toEqual([second, true]);
  });

  rest("state taint is the same as --replace", async () => {
    const first = await secret();
    await succeed(world.stack.run(["state", "taint", await urn(), "--stack", "dev", "--yes"]));
    await succeed(world.stack.up(["--refresh"]));
    expect([await works(first), await works(await secret())]).toEqual([true, true]);
    expect(await secret()).not.toBe(first);
  });

  rest("state delete: a used key is left alone, named, and revoked by reconcile on request", async () => {
    const first = await secret();
    expect(await works(first)).toBe(true);
    await succeed(world.stack.run(["state", "delete", await urn(), "--stack", "dev", "--yes"]));
    const { output } = await succeed(world.stack.up(["--refresh"]));
    expect(output).toContain("carries this resource's mark and is not in this stack's state");
    expect([await works(first), await works(await secret())]).toEqual([true, true]);

    const state = await world.stack.export();
    expect((await reconcile([state], "--revoke-orphans", "--yes")).revoked).toEqual([]);
    expect((await reconcile([state], "--revoke-orphans", "--used", "--yes")).revoked).toHaveLength(1);
    expect([await works(first), await works(await secret())]).toEqual([false, true]);
  });

  rest("state delete: a key that nobody used goes with the next refreshed up", async () => {
    await succeed(world.stack.run(["state", "delete", await urn(), "--stack", "dev", "--yes"]));
    await succeed(world.stack.up(["--refresh"]));
    expect(world.live()).toHaveLength(1);
  });

  rest("--target: a targeted run ends no leftover; the next whole one does", async () => {
    await succeed(world.stack.run(["state", "delete", await urn(), "--stack", "dev", "--yes"]));
    await succeed(world.stack.up()); // without a refresh: the leftover stays
    expect(world.live()).toHaveLength(2);
    await succeed(world.stack.up(["--refresh", "--target", await urn()]));
    expect(world.live()).toHaveLength(2);
    await succeed(world.stack.up(["--refresh"]));
    expect(world.live()).toHaveLength(1);
  });

  rest("a copied stack: both hold the same ids; reconcile tells them apart; state delete frees the copy", async () => {
    const first = await secret();
    const original = await world.stack.export();
    const copy: object = JSON.parse(JSON.stringify(original).replaceAll("urn:pulumi:dev::", "urn:pulumi:copy::"));
    await succeed(world.stack.run(["stack", "init", "copy", "--non-interactive"]));
    const flags = ["--stack", "copy", "--yes", "--skip-preview", "--non-interactive"];
    await importState(copy, "copy");
    await succeed(world.stack.run(["up", "--refresh", ...flags]));
    expect(world.live()).toHaveLength(1); // nothing happened to the key

    const key = (await urn()).replace("urn:pulumi:dev::", "urn:pulumi:copy::");
    const id = (name: string) => key.replace("zkscore:ApiKey::key", `zkscore:StackIdentity::${name}`);
    for (const target of [key, id("zkscore")]) {
      await succeed(world.stack.run(["state", "delete", target, "--stack", "copy", "--yes"]));
    }
    await succeed(world.stack.run(["up", "--refresh", ...flags]));
    expect(world.live()).toHaveLength(2);
    expect(await works(first)).toBe(true);
    expect((await reconcile([await world.stack.export()])).summary).toMatchObject({
      managed: 1,
      foreign: 1,
      orphaned: 0,
    });
  });

  rest("a restored backup: what it holds and is alive goes on; a newer key is left alone if it was used", async () => {
    const backup = await world.stack.export();
    world.stack.setProgram(one("1d", `, description: "changed"`));
    await succeed(world.stack.up(["--refresh"]));
    const newer = await secret();
    expect(await works(newer)).toBe(true);
    await importState(backup);
    const { output } = await succeed(world.stack.up(["--refresh"]));
    expect(output).toContain("carries this resource's mark and is not in this stack's state");
    expect([await works(newer), await works(await secret())]).toEqual([true, true]);
    await world.stack.expectNoChanges();
    expect((await reconcile([await world.stack.export()])).summary).toMatchObject({ orphaned: 1 });
  });

  test.runIf(inWhole("a lost passphrase"))(
    "a lost passphrase: keys live on; new ones are made beside them, then the old ones revoked",
    async () => {
      const first = await secret();
      expect(await works(first)).toBe(true);
      const lost = { PULUMI_CONFIG_PASSPHRASE: "another" };
      expect((await world.stack.up([], lost)).code).not.toBe(0);
      expect(await works(first)).toBe(true);

      // What the page says: keep all but what is encrypted, and the stack's identity; a new passphrase; up; reconcile.
      const state = await world.stack.export();
      const clear = (state.deployment.resources ?? []).filter((entry) => !/zkscore:ApiKey$/.test(entry.type));
      const { secrets_providers: _lost, ...deployment } = { secrets_providers: undefined, ...state.deployment };
      const settings = join(world.stack.folder, "Pulumi.dev.yaml");
      writeFileSync(settings, readFileSync(settings, "utf8").replace(/^encryptionsalt:.*\n/m, ""));
      const resources = clear.map((entry) =>
        entry.type === "pulumi:pulumi:Stack" ? { ...entry, outputs: {} } : entry,
      );
      const file = join(world.stack.folder, "clear.json");
      writeFileSync(file, JSON.stringify({ ...state, deployment: { ...deployment, resources } }));
      await succeed(world.stack.run(["stack", "import", "--stack", "dev", "--file", file], lost));
      await succeed(world.stack.up(["--refresh"], lost));
      expect(world.live()).toHaveLength(2);
      expect(await works(first)).toBe(true);
      const mended = await world.stack.run(["stack", "export", "--stack", "dev"], lost);
      const found = await reconcile([JSON.parse(mended.stdout) as object], "--revoke-orphans", "--used", "--yes");
      expect(found.revoked).toHaveLength(1);
      expect(await works(first)).toBe(false);
      expect(world.live()).toHaveLength(1);
    },
  );
});
