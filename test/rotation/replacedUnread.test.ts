import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { failure, keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number) => keys({ a: { ...SCORES, rotation: { overlap: "2d", trigger } } });
const UNREAD = { refresh: false };

beforeEach(() => freshAccount());

test.each(["moves", "fails, and moves in the next up"])(
  "--replace without a refresh ends the key and its ledger, and forgets none of them, once its dependent %s",
  async (dependent) => {
    await stack.up(program(1));
    const first = stack.id("a");
    await stack.up(program(2));
    const second = stack.id("a");
    const replace = ["a"];
    if (dependent === "moves") await stack.up(program(2), { ...UNREAD, replace });
    else {
      await failure(stack.up(program(2), { ...UNREAD, replace, brokenDependents: replace }));
      expect(liveIds(api).toSorted()).toEqual([first, second, stack.id("a")].toSorted());
      await stack.up(program(2), UNREAD);
    }
    expect(liveIds(api)).toEqual([stack.id("a")]);
    expect(stack.log).toContain(`revoked key ${first}`);
    expect(await stack.preview(program(2))).toEqual({ a: "same" });
  },
);
