import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const program = (description: string) =>
  keysProgram({ a: `{ ${READ_SCORES}, description: "${description}", metadata: { team: "core" } }` });

describeWithEngine("what only the provider reads of a key's state", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: program("one"), emulator: { updates: "patch" } });
  });
  afterAll(() => world.dispose());

  const outputs = async () =>
    (await world.stack.export()).deployment.resources?.find(({ urn }) => urn.endsWith("::a"))?.outputs ?? {};

  test.runIf(inWhole("the internal output"))(
    "is one output in clear, with a version, that no diff shows",
    async () => {
      await succeed(world.stack.up());
      const { internal, ...rest } = await outputs();
      expect(JSON.parse(String(internal))).toMatchObject({ v: 1, a: expect.any(String), c: expect.any(Object) });
      for (const field of ["attempt", "declared", "confirmed", "salt", "heldBy", "unfinished", "adoptedAt"]) {
        expect(rest).not.toHaveProperty(field);
      }
      world.stack.setProgram(program("two"));
      for (const mode of ["patch", "replace"]) {
        const { output } = await succeed(world.stack.preview(["--diff"], { ZKSCORE_UPDATES: mode }));
        expect(output).toContain('"one" => "two"');
        expect(output).not.toMatch(/attempt|confirmed|"v\\?":1|identity *:/);
      }
      const patched = await succeed(world.stack.up(["--diff"], { ZKSCORE_UPDATES: "patch" }));
      expect(patched.output).not.toMatch(/attempt|confirmed|"v\\?":1/);
    },
    120_000,
  );

  test.runIf(inWhole("a newer release"))(
    "of a newer release is refused by every command, before anything is done",
    async () => {
      const exported = JSON.stringify(await world.stack.export(["--show-secrets"]));
      const file = join(world.stack.folder, "state.json");
      writeFileSync(file, exported.replaceAll('{\\"v\\":1,', '{\\"v\\":2,'));
      await succeed(world.stack.run(["stack", "import", "--stack", "dev", "--file", file]));
      world.requests();
      world.stack.setProgram(program("three"));
      for (const command of [world.stack.up, world.stack.destroy, () => world.stack.preview(["--refresh=false"])]) {
        const { code, output } = await command();
        expect(code).not.toBe(0);
        expect(output).toContain("written by a newer pulumi-zkscore");
        expect(output).toContain("upgrade the package");
      }
      expect(world.requests().filter((operation) => operation !== "list")).toEqual([]);
      expect(world.live()).toHaveLength(1);
    },
    120_000,
  );
});
