import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { DAY, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number) => keys({ a: { ...SCORES, rotation: { overlap: "1d", trigger } } });

beforeEach(() => freshAccount());

/** The state of before a rotation, and the key that came after it. */
async function restored(used: boolean): Promise<string> {
  await stack.up(program(1));
  const backup = stack.snapshot();
  await stack.up(program(2));
  const newer = stack.key("a");
  if (used) expect(await works(api, newer?.outputs["apiKey"])).toBe(true);
  stack.entries = backup;
  return newer?.id ?? "";
}

describe("a state restored from before a rotation", () => {
  test.each([true, false])(
    "never ends the newer key while somebody uses it (refresh: %s), and names it",
    async (refresh) => {
      const newer = await restored(true);
      for (const trigger of [1, 2, 3]) {
        await stack.up(program(trigger), { refresh });
        api.advance(2 * DAY);
      }
      expect(liveIds(api)).toContain(newer);
      expect(stack.log).toContain(newer);
      await stack.destroy(refresh);
      expect(stack.log).toMatch(new RegExp(`left alone: .*${newer}`));
      expect(liveIds(api)).toEqual([newer]);
    },
  );

  test("ends the newer key as a leftover where nobody has used it and the run has read the state", async () => {
    const newer = await restored(false);
    await stack.up(program(2), { refresh: false });
    expect(liveIds(api)).toContain(newer);
    await stack.up(program(2));
    expect(liveIds(api)).not.toContain(newer);
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  });
});
