import { beforeEach, describe, expect, test } from "vitest";
import { decodeMarker } from "../../provider/domain/marker.ts";
import { api, freshAccount, stack as victim } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { DAY, failure, HOUR, keyByHand, keys, markOf, SCORES, simStack, touched } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

// All parts of a mark can be read in the account's listing, and a program can write what it likes into inputs.

let evil: SimStack;
/** The victim's key, in use; and a key that a killed run of the victim left behind. */
let used: string;
let leftover: string;
beforeEach(async () => {
  await freshAccount();
  evil = simStack({ api, project: "evil" });
  await victim.up(keys({ a: SCORES }));
  used = victim.id("a");
  expect((await api.use(String(victim.output("a", "apiKey")))).status).toBe(200);
  leftover = (
    await keyByHand(api, { name: "a-0badcafe", metadata: { ...markOf(api, used), "pulumi:attempt": "0badcafe" } })
  ).keyId;
});

/** What anyone can copy from the listing. */
function ownershipInListing(): Fields {
  const marker = decodeMarker(markOf(api, used));
  if (marker === undefined) throw new Error("no mark");
  const { identity, owner, project, stack, name } = marker;
  return { identity, owner, project, stack, name };
}

const copied = (more: (ownership: Fields) => Fields = (ownership) => ownership) => ({
  transform: (_name: string, inputs: Fields) => ({ ...inputs, ownership: more(ownershipInListing()) }),
});

describe("a transform that copies another stack's ownership", () => {
  const attempts: Record<string, Fields> = {
    "to have its never-used key revoked": SCORES,
    "to have its used key revoked": { ...SCORES, rotation: { compromised: "now" } },
    "to adopt its key": { ...SCORES, rotation: { overlap: "1s" } },
  };
  const forgeries: Record<string, (own: Fields, theirs: Fields) => Fields> = {
    "as a whole": (_own, theirs) => theirs,
    "but for the identity": (own, theirs) => ({ ...theirs, identity: own["identity"] }),
    "the owner alone": (own, theirs) => ({ ...own, owner: theirs["owner"] }),
    "the identity alone": (own, theirs) => ({ ...own, identity: theirs["identity"] }),
    "and calls itself an input of release 0.1.0": (_own, theirs) => ({ ...theirs, ignored: undefined }),
    "and adds a field": (_own, theirs) => ({ ...theirs, was: [theirs["owner"]] }),
  };
  describe.each(Object.entries(attempts))("%s", (aim, args) => {
    test.each(Object.entries(forgeries))("%s", async (_how, forge) => {
      const adopting = aim === "to adopt its key" ? { adopt: { keyId: used } } : {};
      const transform = (_name: string, inputs: Fields) => ({
        ...inputs,
        ownership: forge(inputs["ownership"] as Fields, ownershipInListing()), // the model's own
      });
      await evil.up(keys({ honest: SCORES }));
      const since = api.journal().length;
      for (const refresh of [true, false]) {
        const program = { ...keys({ honest: SCORES, x: { ...args, ...adopting } }), transform: only("x", transform) };
        expect(await failure(evil.up(program, { refresh }))).toMatch(/ownership/);
      }
      expect(touched(api, since)).toEqual([]);
      expect(liveIds(api)).toEqual(expect.arrayContaining([used, leftover]));
    });
  });

  test("of a key that exists already, in its update", async () => {
    await evil.up(keys({ x: SCORES }));
    const since = api.journal().length;
    const args = { ...SCORES, rotation: { compromised: "now" } };
    expect(await failure(evil.up({ ...keys({ x: args }), ...copied() }))).toMatch(/ownership/);
    expect(touched(api, since)).toEqual([]);
  });
});

function only(wanted: string, transform: (name: string, inputs: Fields) => Fields) {
  return (name: string, inputs: Fields) => (name === wanted ? transform(name, inputs) : inputs);
}

describe("a key that somebody made with a copied mark", () => {
  const retires = (keyId: string) => `${keyId}@2031-01-01T00:00:00Z`;
  const forged = (more: Record<string, string>) =>
    keyByHand(api, {
      name: `forged-${Object.keys(more).join("").slice(-6)}`,
      metadata: { ...markOf(api, used), ...more },
    });

  test("keeps no key of this stack alive that ends", async () => {
    await forged({ "pulumi:retires": retires(used) });
    await victim.up(keys({ a: { ...SCORES, description: "replaced" } }));
    expect(liveIds(api)).not.toContain(used);
  });

  test("keeps no orphan from being revoked, by up, or as another resource's by destroy", async () => {
    await forged({ "pulumi:retires": retires(leftover), "pulumi:keep": "true" });
    const later = simStack({ api });
    later.entries = victim.snapshot();
    await later.up(keys({ a: SCORES }));
    expect(liveIds(api)).not.toContain(leftover);
    const another = (
      await keyByHand(api, { name: "b-0badcaff", metadata: { ...markOf(api, used), "pulumi:attempt": "0badcaff" } })
    ).keyId;
    await forged({ "pulumi:keep": "x", "pulumi:owner": "of-another", "pulumi:retires": retires(another) });
    await later.destroy();
    expect(liveIds(api)).not.toContain(another);
  });

  test("with its owner and another identity, is nothing to it", async () => {
    const { keyId } = await forged({ "pulumi:identity": "of-somebody" });
    await victim.up(keys({ a: { ...SCORES, rotation: { compromised: "now" } } }));
    expect(liveIds(api)).toContain(keyId);
    expect(liveIds(api)).not.toContain(used);
  });

  test("ends no overlap early and prolongs none", async () => {
    const rotating = (trigger: number) => keys({ a: { ...SCORES, rotation: { overlap: "2h", trigger } } });
    await victim.up(rotating(1));
    const first = victim.id("a");
    await victim.up(rotating(2));
    await forged({ "pulumi:retires": retires(first) });
    api.advance(HOUR);
    await victim.up(rotating(2));
    expect(liveIds(api)).toContain(first);
    api.advance(DAY);
    await victim.up(rotating(2));
    expect(liveIds(api)).not.toContain(first);
  });
});
