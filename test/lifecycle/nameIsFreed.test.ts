import { beforeEach, describe, expect, test } from "vitest";
import type { KeyApi } from "../../provider/api/types.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { killableStack } from "../support/host/killed.ts";
import { DAY, failure, keyByHand, keys, SCORES, simStack, works } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

/** A key that has the name `prod-app` and stands in no state of `stack`. */
async function holderOf(whose: string, stack: SimStack): Promise<string | undefined> {
  const named = { ...SCORES, name: "prod-app" };
  if (whose.startsWith("expired")) {
    const { keyId } = await keyByHand(api, { ...named, expiry: new Date(api.now() + DAY).toISOString() });
    api.advance(2 * DAY);
    return keyId;
  }
  const owner = whose === "in use" ? stack : simStack({ api, stack: "other" });
  await owner.up(keys({ a: named, b: SCORES }));
  const key = owner.key("a");
  if (whose === "in use") expect(await works(api, key?.outputs["apiKey"])).toBe(true);
  owner.entries = owner.entries.filter((entry) => entry !== key); // pulumi state delete
  return key?.id;
}

describe("an explicit name is freed", () => {
  test.each(["retain", "prevent"])("by --replace of a key under %s, which governs removal", async (deletionPolicy) => {
    const args = { ...SCORES, name: "prod-app", deletionPolicy };
    await stack.up(keys({ a: args }));
    const old = stack.key("a")?.id;
    await stack.up(keys({ a: args }), { replace: ["a"] });
    expect(stack.key("a")?.id).not.toBe(old);
    expect(liveIds(api)).toEqual([stack.key("a")?.id]);
    expect(await stack.preview(keys({ a: args }))).toEqual({ a: "same" });
  });

  test("by an expired key: the next up replaces it under the same name", async () => {
    const program = keys({ a: { ...SCORES, name: "prod-app", expiresIn: "30d" } });
    await stack.up(program);
    const old = stack.key("a")?.id;
    api.advance(31 * DAY);
    expect(await stack.preview(program)).toEqual({ a: "replace" });
    await stack.up(program);
    expect(stack.key("a")?.id).not.toBe(old);
    expect(stack.output("a", "name")).toBe("prod-app");
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  });

  test("by the leftover of a killed run: without a refresh the error names the remedy, and the remedy works", async () => {
    const { stack, killedUp } = killableStack(api);
    const program = keys({ a: { ...SCORES, name: "prod-app" }, b: SCORES });
    await stack.up(keys({ b: SCORES }));
    await killedUp(program);
    const [leftover] = liveIds(api).filter((id) => id !== stack.key("b")?.id);
    const said = await failure(stack.up(program, { refresh: false }));
    expect(said).toContain(`a: the name "prod-app" is taken by key ${leftover}, made by proj/dev as a [ZKS_CONFLICT`);
    expect(said).toContain("remedy: run `pulumi up --refresh`: it revokes that key if no state holds it");
    await stack.up(program);
    expect(liveIds(api).toSorted()).toEqual([stack.key("a")?.id, stack.key("b")?.id].toSorted());
  });

  test("not by what a killed run made under retain: nobody can tell it from a key let go; the remedy works", async () => {
    const { stack, killedUp } = killableStack(api);
    const program = keys({ a: { ...SCORES, name: "prod-app", deletionPolicy: "retain" }, b: SCORES });
    await stack.up(keys({ b: SCORES }));
    await killedUp(program);
    const [leftover = ""] = liveIds(api).filter((id) => id !== stack.key("b")?.id);
    for (const refresh of [false, true]) {
      const said = await failure(stack.up(program, { refresh }));
      expect(said).toContain(`a: the name "prod-app" is taken by key ${leftover}, made by proj/dev as a [ZKS_CONFLICT`);
      expect(said).toContain(
        "remedy: if a run was cut off here, nobody has that key's secret: revoke it in the account",
      );
    }
    api.revoke(leftover);
    await stack.up(program);
    expect(liveIds(api).toSorted()).toEqual([stack.key("a")?.id, stack.key("b")?.id].toSorted());
  });

  test.each(["in use", "another stack's", "expired, and made by hand"])(
    "not by a key that is %s: the error names it and asks for another name",
    async (whose) => {
      await stack.up(keys({ b: SCORES }));
      const taken = await holderOf(whose, stack);
      const program = keys({ a: { ...SCORES, name: "prod-app" }, b: SCORES });
      for (const refresh of [false, true]) {
        const said = await failure(stack.up(program, { refresh }));
        if (whose === "in use" && !refresh) {
          // Nobody has shown this run the state: whose key that is can't be told yet.
          expect(said).toContain("ZKS_UNREAD");
          expect(said).toContain(`key ${taken}`);
          continue;
        }
        expect(said).toContain(`a: the name "prod-app" is taken by key ${taken}`);
        const own = whose === "in use" ? "if nobody uses that key any more: revoke it in the account, .* Else " : "";
        const other = "choose another name, use namePrefix instead, or take the key over with adopt";
        expect(said).toMatch(new RegExp(`remedy: ${own}${other}`));
      }
      expect(api.keys().find(({ id }) => id === taken)?.status).toBe(
        whose.startsWith("expired") ? "expired" : "active",
      );
    },
  );

  test("by a leftover that the server shows under its name in another case", async () => {
    const { stack: killed, killedUp } = killableStack(api);
    const program = keys({ a: { ...SCORES, name: "Prod" }, b: SCORES });
    await killed.up(keys({ b: SCORES }));
    await killedUp(program);
    const lowerCase = (client: KeyApi): KeyApi => ({
      ...client,
      list: async (mode) => {
        const listing = await client.list(mode);
        const shown = [...listing.keys].map(([id, key]) => [id, { ...key, name: key.name.toLowerCase() }] as const);
        return { ...listing, keys: new Map(shown) };
      },
    });
    const stack = simStack({ api, around: lowerCase });
    stack.entries = killed.entries;
    await stack.up(program);
    expect(liveIds(api).toSorted()).toEqual([stack.key("a")?.id, stack.key("b")?.id].toSorted());
  });
});
