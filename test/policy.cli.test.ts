import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMPLIANT } from "../policy/example.ts";
import { render } from "../policy/render.ts";
import { packageRoot } from "../tools/root.ts";
import { describeWithEngine } from "./support/engine.ts";
import { succeed } from "./support/stack.ts";
import { createWorld, keysProgram, type World } from "./support/world.ts";

/** The pack under the real CLI, as a user calls it. */
const PACK = ["--policy-pack", join(packageRoot, "policy")];
const good = keysProgram({ backend: render(COMPLIANT, 0) });
const bad = keysProgram({ backend: render({ ...COMPLIANT, permissions: [{ resource: "all", actions: ["all"] }] }, 0) });

describeWithEngine("pulumi with --policy-pack", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: good, stack: "acme-prod" });
  });
  afterAll(() => world.dispose());

  test("refuses a violating program in preview, and in up before a key exists", async () => {
    world.stack.setProgram(bad);
    const preview = await world.stack.preview(PACK);
    expect(preview.code).not.toBe(0);
    expect(preview.output).toContain("no-wildcard-access");
    expect(preview.output).toContain("permissions[0].resource: `all` grants every resource");
    const up = await world.stack.up(PACK);
    expect(up.code).not.toBe(0);
    expect(up.output).toContain("no-wildcard-access");
    expect(world.live()).toEqual([]);
    expect(world.requests()).not.toContain("create");
  });

  test("lets a compliant one through, in preview and in up, without a word", async () => {
    world.stack.setProgram(good);
    const preview = await succeed(world.stack.preview(PACK));
    expect(preview.output).not.toMatch(/\[(mandatory|advisory)\]/);
    const up = await succeed(world.stack.up(PACK));
    expect(up.output).not.toMatch(/\[(mandatory|advisory)\]/);
    expect(world.live()).toHaveLength(1);
    await world.settled();
  });
});
