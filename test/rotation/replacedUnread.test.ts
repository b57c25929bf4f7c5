import { afterEach, beforeEach, expect, test } from "vitest";
import type { Emulator } from "../../emulator/index.ts";
import { accountAt, failure, keys, SCORES, simStack } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number) => keys({ a: { ...SCORES, rotation: { overlap: "2d", trigger } } });
const UNREAD = { refresh: false };

let api: Emulator;
let stack: SimStack;
beforeEach(async () => {
  api = await accountAt();
  stack = simStack({ api });
});
afterEach(() => api.close());

const id = () => stack.key("a")?.id ?? "";

test.each(["moves", "fails, and moves in the next up"])(
  "--replace without a refresh ends the key and its ledger, and forgets none of them, once its dependent %s",
  async (dependent) => {
    await stack.up(program(1));
    const first = id();
    await stack.up(program(2));
    const second = id();
    const replace = ["a"];
    if (dependent === "moves") await stack.up(program(2), { ...UNREAD, replace });
    else {
      await failure(stack.up(program(2), { ...UNREAD, replace, brokenDependents: replace }));
      expect(liveIds(api).toSorted()).toEqual([first, second, id()].toSorted());
      await stack.up(program(2), UNREAD);
    }
    expect(liveIds(api)).toEqual([id()]);
    expect(stack.log).toContain(`revoked key ${first}`);
    expect(await stack.preview(program(2))).toEqual({ a: "same" });
  },
);
