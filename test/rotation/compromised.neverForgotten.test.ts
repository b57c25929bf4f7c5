import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { failure, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const WRITE = { permissions: [{ resource: "scores", actions: ["write"] }] };
const INCIDENT = { ...SCORES, rotation: { compromised: "now" } };

beforeEach(() => freshAccount());

describe("what compromised couldn't end, because the run hadn't read the state,", () => {
  let lost: string;
  beforeEach(async () => {
    await stack.up(keys({ a: SCORES, b: SCORES }));
    lost = stack.id("a");
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
    stack.entries = stack.entries.filter(({ id }) => id !== lost); // pulumi state delete
    await stack.up(keys({ a: SCORES, b: SCORES }));
    const said = await failure(stack.up(keys({ a: INCIDENT, b: SCORES }), { refresh: false }));
    expect(said).toContain(`1 more live key(s) carry its mark: ${lost}`);
  });

  test("is ended by the next refreshed up, which replaces the key for another reason", async () => {
    const changed = keys({ a: { ...INCIDENT, ...WRITE }, b: SCORES });
    await stack.up(changed);
    expect(liveIds(api).toSorted()).toEqual([stack.id("a"), stack.id("b")].toSorted());
    expect(await stack.preview(changed)).toEqual({ a: "same", b: "same" });
  });

  test("is ended where the resource is removed", async () => {
    await stack.up(keys({ b: SCORES }));
    expect(stack.log).toMatch(new RegExp(`a: revoked key ${lost} .*because the key was declared compromised`));
    expect(liveIds(api)).toEqual([stack.id("b")]);
  });

  test("is named where the resource is removed without a refresh, and ended by the destroy that it asks for", async () => {
    const said = await failure(stack.up(keys({ b: SCORES }), { refresh: false }));
    expect(said).toContain(`1 more live key(s) carry its mark: ${lost}`);
    expect(said).toContain("`pulumi destroy --refresh`");
    expect(stack.key("a")).toBeDefined();
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });
});

test("a predecessor that waits for a dependent to move is ended at once, as a ledger is", async () => {
  await stack.up(keys({ a: SCORES }));
  const first = stack.id("a");
  await failure(stack.up(keys({ a: WRITE }), { brokenDependents: ["a"] }));
  const second = stack.id("a");
  expect(liveIds(api).toSorted()).toEqual([first, second].toSorted());
  const incident = keys({ a: { ...WRITE, rotation: { compromised: "now" } } });
  await failure(stack.up(incident, { brokenDependents: ["a"] }));
  expect(liveIds(api)).toEqual([stack.id("a")]);
  await stack.up(incident);
  expect(liveIds(api)).toEqual([stack.id("a")]);
  expect(await stack.preview(incident)).toEqual({ a: "same" });
});
