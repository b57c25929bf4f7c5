import { beforeEach, describe, expect, test } from "vitest";
import type { KeyApi } from "../../provider/api/types.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { accountClock, DAY, HOUR, keys, SCORES, simStack, works } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number) => keys({ a: { ...SCORES, rotation: { overlap: "2d", trigger } } });

beforeEach(() => freshAccount());

test("a local clock that is ahead plans no update that the server's clock would leave undone", async () => {
  await stack.up(program(1));
  const retired = stack.key("a")?.id;
  await stack.up(program(2));
  const clock = { ...accountClock(api), now: () => api.now() + 2 * DAY + HOUR };
  const ahead = simStack({ api, clock });
  ahead.entries = stack.entries;
  expect(await ahead.preview(program(2))).toEqual({ a: "same" });
  await ahead.up(program(2));
  expect(liveIds(api)).toContain(retired);
  api.advance(2 * DAY);
  expect(await ahead.preview(program(2))).toEqual({ a: "update" });
  await ahead.up(program(2));
  expect(liveIds(api)).toEqual([ahead.key("a")?.id]);
});

describe("a server whose clock steps back once a successor is made", () => {
  let first: string | undefined;
  let second: string | undefined;
  let later: SimStack;
  beforeEach(async () => {
    await stack.up(program(1));
    first = stack.key("a")?.id;
    await stack.up(program(2));
    second = stack.key("a")?.id;
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
    let posted = false;
    const around = (client: KeyApi): KeyApi => ({
      ...client,
      create: (body) => {
        posted = true;
        return client.create(body);
      },
      list: async (mode) => {
        const listing = await client.list(mode);
        return posted && mode === "fresh" ? { ...listing, serverTime: listing.serverTime - 2_000 } : listing;
      },
    });
    later = simStack({ api, around });
    later.entries = stack.entries;
  });

  test("ends what is replaced without an overlap all the same, and nothing that was promised more", async () => {
    const plain = keys({ a: { ...SCORES, rotation: { trigger: 3 } } });
    await later.up(plain);
    expect(liveIds(api)).not.toContain(second);
    expect(liveIds(api).toSorted()).toEqual([first, later.key("a")?.id].toSorted());
    expect(await later.preview(plain)).toEqual({ a: "same" });
  });

  test("ends all the same what had lived out its overlap by then", async () => {
    api.advance(2 * DAY);
    await later.up(program(3));
    expect(liveIds(api).toSorted()).toEqual([second, later.key("a")?.id].toSorted());
    expect(later.output("a", "previous")).toEqual([{ keyId: second, revokeAfter: "2026-11-24T12:00:00Z" }]);
    expect(await later.preview(program(3))).toEqual({ a: "same" });
  });
});
