import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { failure, keys, workLeft } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number, more: object = {}) =>
  keys({ a: { permissions: [{ resource: "all", actions: ["all"] }], rotation: { overlap: "2d", trigger, ...more } } });

beforeEach(() => freshAccount({ issuedKeysManage: true }));

describe("the key this run authenticates with", () => {
  let own: string;
  beforeEach(async () => {
    await stack.up(program(1));
    own = stack.id("a");
    stack.env["ZKSCORE_TOKEN"] = String(stack.output("a", "apiKey"));
  });

  const refused = () => new RegExp(`key ${own} was not revoked[\\s\\S]*the key this run authenticates with`);

  test("can be rotated with an overlap, since nothing is to be revoked yet", async () => {
    await stack.up(program(2));
    expect(liveIds(api).toSorted()).toEqual([own, stack.id("a")].toSorted());
    expect(await stack.preview(program(2))).toEqual({ a: "same" });
  });

  test("isn't revoked by destroy: the error says that it lives and stays, and so it does", async () => {
    const said = await failure(stack.destroy());
    expect(said).toMatch(refused());
    expect(said).toContain("safe:   the key lives and stays in the state");
    expect(stack.id("a")).toBe(own);
    expect(liveIds(api)).toEqual([own]);
  });

  test("isn't revoked by compromised: its successor is in the state, and another token goes on", async () => {
    const incident = program(1, { compromised: "now" });
    const said = await failure(stack.up(incident));
    expect(said).toMatch(refused());
    expect(liveIds(api).toSorted()).toEqual([own, stack.id("a")].toSorted());
    expect([stack.key("a")?.failed, workLeft(stack.key("a"))]).toEqual([true, "purge"]);
    stack.env["ZKSCORE_TOKEN"] = String(stack.output("a", "apiKey"));
    await stack.up(incident);
    expect(liveIds(api)).toEqual([stack.id("a")]);
    expect(await stack.preview(incident)).toEqual({ a: "same" });
  });
});
