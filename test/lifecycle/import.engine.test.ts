import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const TYPE = "pulumi-nodejs:dynamic/zkscore:ApiKey";

describeWithEngine("a key can't be taken over by its id alone, and adopt is named where we are asked", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: keysProgram({}) });
  });
  afterAll(() => world.dispose());
  const resources = async () => (await world.stack.export()).deployment.resources?.map(({ type }) => type) ?? [];

  // Pulumi's own limit: the README quotes these words beside the remedy.
  test("pulumi import fails in Pulumi itself, before this package is asked, and leaves nothing behind", async () => {
    const flags = ["--stack", "dev", "--yes", "--skip-preview", "--non-interactive"];
    const { code, output } = await world.stack.run(["import", TYPE, "b", "key_b", ...flags]);
    expect(code).not.toBe(0);
    expect(output).toContain("code must be a string");
    expect(await resources()).not.toContain(TYPE);
    expect(world.requests()).toEqual([]);
  }, 120_000);

  test.each([
    ["the id option", `new ApiKey("a", { ${READ_SCORES} }, { id: "key_b" });`],
    ["get", `ApiKey.get("a", "key_b");`],
  ])(
    "%s",
    async (_name, line) => {
      world.stack.setProgram(`import { ApiKey } from "pulumi-zkscore";\n${line}\n`);
      const { code, output } = await world.stack.up();
      expect(code).not.toBe(0);
      expect(output).toMatch(/the API shows (a secret )?once[\s\S]*adopt: \{ keyId/);
      expect(output).not.toContain("edited by hand");
      expect(await resources()).not.toContain(TYPE);
      expect(world.requests()).toEqual([]);
    },
    120_000,
  );
});
