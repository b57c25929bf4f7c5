import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { onStack } from "../support/model/stacks.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, READ_SCORES, type World } from "../support/world.ts";

const ARGS = `{ ${READ_SCORES}, rotation: { trigger: process.env.TRIGGER ?? "1", overlap: "1h" } }`;
const program = (body: string) => `import { ApiKey } from "pulumi-zkscore";
import { ComponentResource } from "@pulumi/pulumi/resource.js";
class One extends ComponentResource { constructor(name: string) { super("test:index:One", name); } }
class Two extends ComponentResource { constructor(name: string) { super("test:index:Two", name); } }
const args = ${ARGS};
${body}
`;

const PLAIN = program(`export const id = new ApiKey("a", args).keyId;`);
const MOVED = program(
  `export const id = new ApiKey("b", args, { parent: new One("home"), aliases: [{ name: "a", parent: undefined }] }).keyId;`,
);
const SAME_RUN = program(`
export const id = new ApiKey("b", args, { aliases: [{ name: "a" }] }).keyId;
export const fresh = id.apply(() => new ApiKey("a", args).keyId);`);
const WITH_NEW_A = program(`
export const fresh = new ApiKey("a", args).keyId;
export const id = new ApiKey("b", args, { parent: new One("home") }).keyId;`);

describeWithEngine("whose key it is, when its name changes", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: PLAIN });
    await succeed(world.stack.up());
  }, 60_000);
  afterAll(() => world.dispose());

  const writes = () => world.requests().filter((operation) => operation !== "list");

  test.runIf(inWhole("renames"))(
    "an alias into a component, a new key under the old name, a stack rename: nothing is replaced, and the next rotation keeps the overlap",
    async () => {
      const { stack } = world;
      const [first = ""] = world.live();
      world.requests();

      stack.setProgram(MOVED);
      await succeed(stack.up());
      expect([(await stack.outputs())["id"], writes()]).toEqual([first, []]);
      await stack.expectNoChanges();

      stack.setProgram(WITH_NEW_A);
      await succeed(stack.up());
      const outputs = await stack.outputs();
      expect([outputs["id"], writes()]).toEqual([first, ["create"]]);
      const fresh = String(outputs["fresh"]);

      await succeed(stack.run(["stack", "rename", "prod", "--stack", "dev"]));
      await succeed(onStack(stack, "prod", "up"));
      expect(writes()).toEqual([]);
      await succeed(onStack(stack, "prod", "preview", ["--expect-no-changes"]));

      await succeed(stack.run(["up", "--stack", "prod", "--yes", "--skip-preview"], { TRIGGER: "2" }));
      expect(world.live()).toHaveLength(4);
      expect(world.live()).toEqual(expect.arrayContaining([first, fresh]));
      const { retires } = markers(world);
      expect(retires.sort()).toEqual([first, fresh].sort());

      await succeed(onStack(stack, "prod", "destroy"));
      expect(world.live()).toEqual([]);
    },
    180_000,
  );

  // What Pulumi itself refuses.
  test.runIf(inWhole("a name that an alias has taken"))(
    "in one run, the engine itself refuses a new key under the name that an alias has taken",
    async () => {
      const { stack } = world;
      await succeed(stack.run(["stack", "select", "prod"]));
      stack.setProgram(PLAIN);
      await succeed(onStack(stack, "prod", "up"));
      const [first = ""] = world.live();
      stack.setProgram(SAME_RUN);
      const refused = await onStack(stack, "prod", "up");
      expect(refused.output).toContain("conflicting with alias");
      expect(world.live()).toEqual([first]);
      await succeed(onStack(stack, "prod", "destroy"));
      expect(world.live()).toEqual([]);
    },
    120_000,
  );

  test.runIf(inWhole("two components"))(
    "one logical name under two components of different types is two keys with two owners",
    async () => {
      const { stack } = world;
      await succeed(stack.run(["stack", "select", "prod"]));
      stack.setProgram(
        program(
          `new ApiKey("same", args, { parent: new One("x") }); new ApiKey("same", args, { parent: new Two("x") });`,
        ),
      );
      await succeed(onStack(stack, "prod", "up"));
      expect(world.live()).toHaveLength(2);
      expect(new Set(markers(world).owners).size).toBe(2);
      await succeed(stack.run(["up", "--stack", "prod", "--yes", "--skip-preview"], { TRIGGER: "2" }));
      expect(world.live()).toHaveLength(4);
      expect(new Set(markers(world).retires).size).toBe(2);
    },
    120_000,
  );
});

/** What the live keys' markers say. */
function markers({ api, live }: World): { retires: string[]; owners: string[] } {
  const ids = new Set(live());
  const metadata = api.keys().flatMap((key) => (ids.has(key.id) ? [key.metadata] : []));
  const retires = metadata.flatMap((bag) =>
    String(bag["pulumi:retires"] ?? "")
      .split(",")
      .filter((entry) => entry !== ""),
  );
  return {
    retires: retires.map((entry) => entry.split("@")[0] ?? ""),
    owners: metadata.map((bag) => String(bag["pulumi:owner"])),
  };
}
