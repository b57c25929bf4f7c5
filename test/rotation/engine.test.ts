import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { DAY, START } from "../support/host/world.ts";
import { createWorld, READ_SCORES, type World } from "../support/world.ts";

const PROGRAM = `import { ApiKey } from "pulumi-zkscore";
const key = new ApiKey("a", { ${READ_SCORES}, rotation: { every: "30d", window: "1d", overlap: "2d" } });
export const secret = key.apiKey;
export const previous = key.previous;
export const rotateAt = key.rotateAt;
`;

describeWithEngine("a rotation on the real engine", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: PROGRAM, emulator: { clock: START } });
  });
  afterAll(() => world.dispose());

  const now = () => ({ ZKSCORE_NOW: new Date(world.api.now()).toISOString() });
  const works = async () => (await world.api.use(String((await world.stack.outputs())["secret"]))).status === 200;

  test("is announced by preview, made by the first up after it is due, and ended by the first up after the overlap", async () => {
    const { stack, api } = world;
    await succeed(stack.up([], now()));
    const [first = ""] = world.live();
    const rotateAt = String((await stack.outputs())["rotateAt"]);
    expect(Date.parse(rotateAt)).toBeGreaterThan(Date.parse(START) + 29 * DAY - 1000);

    api.setNow(Date.parse(rotateAt) - 1000);
    await stack.expectNoChanges(now());
    api.setNow(Date.parse(rotateAt) + 1000);
    const preview = await succeed(stack.preview([], now()));
    expect(preview.output).toContain(`key ${first} will be replaced: its rotation is due`);
    await succeed(stack.up([], now()));
    expect(world.live()).toHaveLength(2);
    expect(await works()).toBe(true);
    expect((await stack.outputs())["previous"]).toMatchObject([{ keyId: first }]);
    await stack.expectNoChanges(now());

    // The emulator's clock stands, the server's time as the provider reckons it goes on.
    api.advance(2 * DAY + 600_000);
    const ending = await succeed(stack.up([], now()));
    expect(ending.output).toContain(`replaced key ${first}, whose overlap ended at`);
    expect(world.live()).not.toContain(first);
    expect(await works()).toBe(true);
    await succeed(stack.destroy([], now()));
    expect(world.live()).toEqual([]);
  }, 120_000);
});
