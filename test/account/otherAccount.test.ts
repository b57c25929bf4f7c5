import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { failure, keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount({ accounts: [{}, {}] }));

const tokenOf = (account: number) => {
  stack.env["ZKSCORE_TOKEN"] = api.accounts[account]?.token ?? "";
};

describe("with another account's token and without a refresh", () => {
  test("--replace creates nothing there, and the state can be used once the right token is back", async () => {
    await stack.up(keys({ a: SCORES }));
    const before = stack.snapshot();
    tokenOf(1);
    const said = await failure(stack.up(keys({ a: SCORES }), { refresh: false, replace: ["a"] }));
    expect(said).toMatch(/the account shows no key of this stack \[ZKS_WRONG_ACCOUNT\][\s\S]*check ZKSCORE_TOKEN/);
    expect(liveIds(api, 1)).toEqual([]);
    expect(stack.entries).toEqual(before);
    tokenOf(0);
    expect(await stack.preview(keys({ a: SCORES }))).toEqual({ a: "same" });
    await stack.up(keys({ a: SCORES }), { refresh: false, replace: ["a"] });
    expect(liveIds(api)).toContain(stack.key("a")?.id);
  });

  test("a new key declared before the others isn't made there", async () => {
    await stack.up(keys({ b: SCORES }));
    tokenOf(1);
    const said = await failure(stack.up(keys({ a: SCORES, b: SCORES }), { refresh: false }));
    expect(said).toContain("the account shows no key of this stack [ZKS_WRONG_ACCOUNT]");
    expect(liveIds(api, 1)).toEqual([]);
    tokenOf(0);
    await stack.up(keys({ a: SCORES, b: SCORES }), { refresh: false });
    expect(liveIds(api)).toHaveLength(2);
  });
});

test("control: the first key of a new stack is made in any account, and so is that of one without keys", async () => {
  tokenOf(1);
  await stack.up(keys({ a: SCORES }), { refresh: false });
  expect(liveIds(api, 1)).toEqual([stack.key("a")?.id]);
  stack.entries = stack.entries.filter(({ kind }) => kind === "identity");
  tokenOf(0);
  await stack.up(keys({ a: SCORES }));
  expect(liveIds(api)).toEqual([stack.key("a")?.id]);
});
