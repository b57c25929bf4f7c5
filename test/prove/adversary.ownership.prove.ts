import { beforeEach, expect } from "vitest";
import { promised } from "../support/adversary.ts";
import { api, cli, freshAccount, freshCli, stack as victim } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { keyByHand, keys, markOf, SCORES, simStack } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

let used: string;
let leftover: string;
beforeEach(async () => {
  await freshCli();
  await freshAccount();
  await victim.up(keys({ a: SCORES }));
  used = victim.id("a");
  await api.use(String(victim.output("a", "apiKey")));
  const orphan = { name: "a-0badcafe", metadata: { ...markOf(api, used), "pulumi:attempt": "0badcafe" } };
  leftover = (await keyByHand(api, orphan)).keyId;
});

/** The program of another stack, whose transform writes what the listing shows of the victim's key. */
function withCopiedMark(args: Fields) {
  const mark = markOf(api, used);
  const part = (name: string) => mark[`pulumi:${name}`];
  const ownership = {
    ...{ identity: part("identity"), owner: part("owner"), project: part("project"), stack: part("stack") },
    name: part("name"),
  };
  return { ...keys({ a: args }), transform: (_name: string, inputs: Fields) => ({ ...inputs, ownership }) };
}

/** A stack whose state is the victim's: there the same arguments do what the attack asks for. */
function rightful(): SimStack {
  const stack = simStack({ api });
  stack.entries = victim.snapshot();
  return stack;
}

async function attack(args: Fields): Promise<void> {
  const evil = simStack({ api, project: "evil" });
  await evil.up(keys({ a: SCORES }));
  await evil.up(withCopiedMark(args)).catch(() => undefined);
  expect(liveIds(api)).toEqual(expect.arrayContaining([used, leftover]));
}

promised("own-unused", "a copied mark has no never-used key of another stack revoked", {
  attack: () => attack({ ...SCORES, description: "changed" }),
  control: async () => {
    await rightful().up(keys({ a: SCORES }));
    expect(liveIds(api)).not.toContain(leftover);
  },
});

promised("own-compromised", "a copied mark has no used key of another stack revoked as compromised", {
  attack: () => attack({ ...SCORES, rotation: { compromised: "now" } }),
  control: async () => {
    await rightful().up(keys({ a: { ...SCORES, rotation: { compromised: "now" } } }));
    expect(liveIds(api)).not.toContain(used);
  },
});

promised("own-adopt", "a copied mark lets nobody adopt a key that another stack manages", {
  attack: () => attack({ ...SCORES, adopt: { keyId: used }, rotation: { overlap: "1s" } }),
  control: async () => {
    const { keyId } = await keyByHand(api, { name: "by-hand" });
    const other = simStack({ api, project: "other" });
    await other.up(keys({ a: { ...SCORES, adopt: { keyId }, rotation: { overlap: "1s" } } }));
    api.advance(10_000);
    await other.up(keys({ a: { ...SCORES, adopt: { keyId }, rotation: { overlap: "1s" } } }));
    expect(liveIds(api)).not.toContain(keyId);
  },
});

promised("own-keeps", "a forged mark keeps no key of this stack alive", {
  attack: async () => {
    const retires = { "pulumi:retires": `${used}@2031-01-01T00:00:00Z` };
    await keyByHand(api, { name: "forged", metadata: { ...markOf(api, used), ...retires } });
    await victim.up(keys({ a: { ...SCORES, description: "replaced" } }));
    expect(liveIds(api)).not.toContain(used);
  },
  control: async () => {
    await victim.up(keys({ a: { ...SCORES, description: "replaced", rotation: { overlap: "2h" } } }));
    expect(liveIds(api)).toContain(used);
  },
});

promised("own-reconcile", "a forged mark keeps no orphan from `reconcile --revoke-orphans`", {
  attack: async () => {
    const { managed, orphan } = await account();
    const retires = [{ keyId: orphan, revokeAfter: "2031-01-01T00:00:00Z" }];
    await cli.make("forged", { retires, keep: true });
    await revokeOrphans(cli.state("shop.json", { keys: [{ id: managed }] }));
    expect(liveIds(cli.api)).not.toContain(orphan);
  },
  control: async () => {
    const { managed, orphan } = await account();
    const previous = [{ keyId: orphan, revokeAfter: "2031-01-01T00:00:00Z" }];
    await revokeOrphans(cli.state("shop.json", { keys: [{ id: managed, previous }] }));
    expect(liveIds(cli.api)).toContain(orphan);
  },
});

async function account(): Promise<{ managed: string; orphan: string }> {
  const { id: managed } = await cli.make("backend-00000001", {});
  const { id: orphan } = await cli.make("backend-00000002", {});
  return { managed, orphan };
}

async function revokeOrphans(state: string): Promise<void> {
  await cli.start(["reconcile", state, "--revoke-orphans", "--yes"]).done;
}
