import { beforeEach, describe, expect, test } from "vitest";
import type { UpdateRequest } from "../../provider/domain/wire.ts";
import { prolong } from "../support/api/edits.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, keys, SCORES } from "../support/host/world.ts";

const HOOK = "https://hooks.example.com/zk";
const ARGS: Fields = {
  permissions: [
    { resource: "trust", actions: ["write", "read"], restrictions: { chains: ["2", "1"] } },
    { resource: "scores", actions: ["write"] },
  ],
  namePrefix: "alpha",
  description: "ours",
  rateLimit: { requestsPerMinute: 60, burstLimit: 10 },
  webhooks: [{ url: HOOK, events: ["score.updated"], secret: "s" }],
  metadata: { owner: "ours", team: "core" },
};

interface Change {
  /** Inputs that the engine takes from the old ones, as `ignoreChanges` does. */
  ignored: string[];
  args?: Fields;
  edit: UpdateRequest | "end";
}

const grants = (...permissions: object[]) => ({ permissions }) as UpdateRequest;

const CHANGES: Readonly<Record<string, Change>> = {
  description: { ignored: ["description"], edit: { description: " theirs " } },
  "no description": { ignored: ["description"], edit: { description: "" } },
  permissions: {
    ignored: ["permissions"],
    edit: grants({ resource: "scores", actions: ["read", "delete"] }, { resource: "all", actions: ["all"] }),
  },
  "a permission less": { ignored: ["permissions"], edit: grants({ resource: "scores", actions: ["write"] }) },
  rateLimit: { ignored: ["rateLimit"], edit: { rateLimit: { requestsPerMinute: 5, burstLimit: 10 } } },
  webhooks: {
    ignored: ["webhooks"],
    edit: {
      webhooks: [
        { url: "https://b.example.com/zk", events: ["score.updated"] },
        { url: HOOK, events: ["identity.minted"] },
      ],
    },
  },
  "no webhooks": { ignored: ["webhooks"], edit: { webhooks: [] } },
  name: { ignored: ["name"], args: { name: "exact", namePrefix: undefined }, edit: { name: "theirs" } },
  "a derived name": { ignored: ["namePrefix"], edit: { name: "theirs" } },
  expiry: { ignored: ["expiry"], args: { expiry: "2027-01-31T00:00:00Z" }, edit: "end" },
  expiresIn: { ignored: ["expiresIn"], args: { expiresIn: "90d" }, edit: "end" },
};

beforeEach(() => freshAccount({ updates: "patch" }));

/** The program's arguments after `ignoreChanges`: the engine takes these fields from the old inputs. */
function ignoring(args: Fields, fields: readonly string[]): Fields {
  return { ...args, ...Object.fromEntries(fields.map((field) => [field, stack.key("a")?.inputs[field]])) };
}

async function changed({ args, edit }: Change, mode: string): Promise<{ given: Fields; id: string }> {
  stack.env["ZKSCORE_UPDATES"] = mode;
  const given = JSON.parse(JSON.stringify({ ...ARGS, ...args }));
  await stack.up(keys({ a: given }));
  await stack.refresh();
  const id = stack.id("a");
  if (edit === "end") await prolong(api, 1);
  else api.edit(id, edit);
  await stack.refresh();
  return { given, id };
}

describe.each(["replace", "patch"])("drift that ignoreChanges takes over, in mode %s", (mode) => {
  test.each(Object.entries(CHANGES))("%s: nothing to do; without the option it is mended", async (_what, change) => {
    const { given } = await changed(change, mode);
    expect(stack.output("a", "drift")).toBeDefined();
    const since = api.journal().length;
    const taken = ignoring(given, change.ignored);
    expect(await stack.preview(keys({ a: taken }), { refresh: false })).toEqual({ a: "same" });
    await stack.up(keys({ a: taken }), { refresh: false });
    expect(counted(api, since)).toEqual({});
    const mended = mode === "replace" || change.edit === "end" ? "replace" : "update";
    expect(await stack.preview(keys({ a: given }), { refresh: false })).toEqual({ a: mended });
  });

  test.each(Object.entries(CHANGES).filter(([, { edit }]) => edit !== "end"))(
    "%s: with a change beside it, it becomes the base line",
    async (_what, change) => {
      const { given, id } = await changed(change, mode);
      const before = JSON.stringify(api.keys());
      const taken = { ...ignoring(given, change.ignored), deletionPolicy: "prevent" };
      await stack.up(keys({ a: taken }), { refresh: false });
      expect(JSON.stringify(api.keys())).toBe(before);
      expect(stack.key("a")).toMatchObject({ id });
      expect(stack.output("a", "drift")).toBeUndefined();
      expect(await stack.preview(keys({ a: taken }))).toEqual({ a: "same" });
      const back = await stack.preview(keys({ a: { ...given, deletionPolicy: "prevent" } }));
      expect(back).toEqual({ a: mode === "replace" ? "replace" : "update" });
    },
  );
});

test("a drift that went away by itself leaves the program's own inputs", async () => {
  const { given, id } = await changed({ ignored: [], edit: { description: "theirs" } }, "replace");
  expect(stack.key("a")?.inputs["description"]).toBe("theirs");
  api.edit(id, { description: "ours" });
  await stack.refresh();
  expect(stack.key("a")?.inputs["description"]).toBe("ours");
  expect(stack.key("a")?.inputs["permissions"]).toEqual(given["permissions"]);
  expect(await stack.preview(keys({ a: ignoring(given, ["description"]) }))).toEqual({ a: "same" });
});

test("what read gives back is what check gives back, in the program's order, with the webhook's secret", async () => {
  const edit: UpdateRequest = {
    webhooks: [{ url: HOOK, events: ["identity.minted", "score.updated"] }],
    ...grants(
      { resource: "scores", actions: ["write", "delete"] },
      { resource: "trust", actions: ["read"], restrictions: { chains: ["1", "3"] } },
      { resource: "all", actions: ["read"] },
    ),
  };
  await changed({ ignored: [], edit }, "replace");
  const inputs: Fields = stack.key("a")?.inputs ?? {};
  expect(inputs["permissions"]).toEqual([
    { resource: "trust", actions: ["read", "read"], restrictions: { chains: ["3", "1"] } },
    { resource: "scores", actions: ["write", "delete"] },
    { resource: "all", actions: ["read"] },
  ]);
  expect(inputs["webhooks"]).toEqual([{ url: HOOK, events: ["score.updated", "identity.minted"], secret: "s" }]);
  const { ownership: _ours, ...args } = inputs;
  await stack.up(keys({ a: args }));
  expect(stack.key("a")?.inputs).toEqual(inputs);
});

test("an entry that is gone keeps its place, and grants nothing: a path means the same entry on both sides", async () => {
  const { given } = await changed({ ignored: [], edit: grants({ resource: "scores", actions: ["write"] }) }, "patch");
  const inputs: Fields = stack.key("a")?.inputs ?? {};
  const [trust, scores] = inputs["permissions"] as Fields[];
  expect(trust).toMatchObject({ resource: "trust", actions: [] });
  expect(scores).toEqual({ resource: "scores", actions: ["write"] });
  // ["permissions[0].actions"], ["permissions[1].actions"]
  const first = { ...given, permissions: [{ ...(given["permissions"] as Fields[])[0], actions: [] }, scores] };
  expect(await stack.preview(keys({ a: first }))).toEqual({ a: "same" });
  expect(await stack.preview(keys({ a: given }))).toEqual({ a: "update" });
  // What a program writes is judged as ever.
  await expect(
    stack.preview(keys({ a: first, b: { ...first, ...SCORES, permissions: first.permissions } })),
  ).rejects.toThrow("permissions[0].actions");
});
