import { beforeEach, expect } from "vitest";
import type { Modes } from "../../emulator/index.ts";
import { compareGrants, type Granting } from "../../provider/domain/grants.ts";
import { promised } from "../support/adversary.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, failure, keyByHand, keys } from "../support/host/world.ts";

/** The API, or a box before it, changes what was asked; or a person edits a key by hand. The control: the key is accepted by name. */
const ASKED: Fields = {
  permissions: [
    {
      resource: "scores",
      actions: ["read"],
      restrictions: { ipWhitelist: ["203.0.113.7"], identities: ["alice.zks"], chains: ["1"] },
    },
  ],
  expiry: "2027-03-01T12:00:00Z",
};
const PROGRAM = keys({ backend: ASKED });
const WIDENINGS = [
  "all",
  "grant",
  "identities",
  "chains",
  "ipWhitelist",
  "widerBlock",
  "expiry",
  "laterExpiry",
] as const;
type Where = Exclude<Modes["widen"], "no">["where"];

beforeEach(() => freshAccount({ updates: "patch" }));

/** Every widening, each in an account of its own. */
async function each(attack: (what: (typeof WIDENINGS)[number]) => Promise<void>): Promise<void> {
  for (const what of WIDENINGS) {
    await freshAccount({ updates: "patch" });
    await attack(what);
  }
}

const widen = (where: Where, what: (typeof WIDENINGS)[number]) => api.setMode({ widen: { what: [what], where } });
const accept = () => {
  stack.env["ZKSCORE_ACCEPT_WIDER"] = "backend";
};

promised("answer-create", "a key that was made wider than asked, or without its end, is never called fine", {
  attack: () =>
    each(async (what) => {
      widen("both", what);
      expect(await failure(stack.up(PROGRAM)), what).toContain("ZKS_WIDER");
      expect(await failure(stack.up(PROGRAM)), what).toContain("ZKS_WIDER");
      expect(counted(api)["create"]).toBe(1);
    }),
  control: () =>
    each(async (what) => {
      widen("both", what);
      accept();
      await stack.up(PROGRAM);
      expect(await stack.preview(PROGRAM)).toEqual({ backend: "same" });
    }),
});

promised(
  "answer-existing",
  "a key that is wider than its program is named at each refresh, and never replaced for it",
  {
    attack: () =>
      each(async (what) => {
        widen("both", what);
        accept();
        await stack.up(PROGRAM);
        delete stack.env["ZKSCORE_ACCEPT_WIDER"];
        await stack.refresh();
        expect(stack.log, what).toMatch(/may do more than was asked/);
        expect(await stack.preview(PROGRAM)).toEqual({ backend: "same" });
      }),
    control: () =>
      each(async (what) => {
        widen("both", what);
        accept();
        await stack.up(PROGRAM);
        await stack.refresh();
        expect(stack.log, what).not.toMatch(/may do more/);
      }),
  },
);

promised("answer-adoption", "an adoption lifts no restriction and no end that its program doesn't declare", {
  attack: async () => {
    const made = await keyByHand(api, ASKED);
    const open = { permissions: [{ resource: "scores", actions: ["read"] }] };
    for (const updates of ["replace", "patch"]) {
      stack.env["ZKSCORE_UPDATES"] = updates;
      expect(await failure(stack.up(keys({ backend: { ...open, adopt: made } })))).toContain(
        "confined in ways the program doesn't name",
      );
    }
    expect(api.keys()[0]).toMatchObject({ permissions: ASKED["permissions"] });
  },
  // What an update in place does that nobody keeps from it.
  control: async () => {
    const made = await keyByHand(api, ASKED);
    stack.env["ZKSCORE_UPDATES"] = "patch";
    await stack.up(keys({ backend: { ...ASKED, adopt: made } }));
    await stack.up(
      keys({
        backend: { permissions: [{ resource: "scores", actions: ["read"] }], expiry: ASKED["expiry"], adopt: made },
      }),
    );
    expect(api.keys()[0]?.permissions).toEqual([{ resource: "scores", actions: ["read"] }]);
  },
});

/** As permissions were compared before: by their text. */
const sameWords = (a: readonly Granting[], b: readonly Granting[]) => JSON.stringify(a) === JSON.stringify(b);
const ip = (...ipWhitelist: string[]): Granting[] => [
  { resource: "scores", actions: ["read"], restrictions: { ipWhitelist } },
];

promised("answer-words", "permissions are compared by what they allow: other words are no difference, other reach is", {
  attack: () => {
    expect(compareGrants(ip("10.0.0.0/31"), ip("::ffff:10.0.0.1", "10.0.0.0/32")).equal).toBe(true);
    expect(compareGrants(ip("10.0.0.1"), ip("::ffff:0:0/95")).wider).toHaveLength(1);
    expect(compareGrants(ip("10.0.0.1"), ip()).wider).toHaveLength(1);
    expect(
      compareGrants(ip("10.0.0.1"), [...ip("10.0.0.1"), { resource: "wallets", actions: ["sign"] }]).wider,
    ).toHaveLength(1);
  },
  control: () => {
    expect(sameWords(ip("10.0.0.0/31"), ip("::ffff:10.0.0.1", "10.0.0.0/32"))).toBe(false);
  },
});
