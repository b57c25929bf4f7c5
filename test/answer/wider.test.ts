import { beforeEach, describe, expect, test } from "vitest";
import type { Modes } from "../../emulator/index.ts";
import { stateIn } from "../../provider/host/stateCodec.ts";
import { asFirstRelease } from "../support/firstRelease.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, DAY, failure, HOUR, keyByHand, keys, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

/** What lives is compared with what was asked: when a key is made, changed, adopted, and at each refresh. */
const ASKED: Fields = {
  permissions: [
    {
      resource: "scores",
      actions: ["read"],
      restrictions: { ipWhitelist: ["203.0.113.7"], identities: ["alice.zks"], chains: ["1"] },
    },
    { resource: "trust", actions: ["write"], restrictions: { identities: ["alice.zks"] } },
  ],
  rateLimit: { requestsPerMinute: 60, requestsPerDay: 1000 },
  expiry: "2027-03-01T12:00:00Z",
};
const PROGRAM = keys({ a: ASKED });

type Widen = Exclude<Modes["widen"], "no">;
type What = Widen["what"][number];

beforeEach(() => freshAccount({ updates: "patch" }));

const widen = (where: Widen["where"], ...what: What[]) => api.setMode({ widen: { what, where } });
const honest = () => api.setMode({ widen: "no" });
const posts = () => counted(api)["create"] ?? 0;
const unproven = () => stateIn(stack.key("a")?.outputs ?? {}).unproven;
const quiet = async (program = PROGRAM) => {
  for (const run of [() => stack.preview(program), () => stack.refresh(), () => stack.preview(program)]) {
    const done = await run();
    if (done !== undefined) expect(done).toEqual({ a: "same" });
    expect(stack.log).not.toMatch(/warning|may do more|rounded/);
  }
};

/** Each with what the error must say. */
const WIDER: readonly [What, RegExp][] = [
  ["all", /\+ identity:read[\s\S]*\(unrestricted\)/],
  ["grant", /permissions widen: \+ scores:delete \(identities: 1 identity, chains: 1 chain, ipWhitelist: 1 address\)/],
  ["identities", /scores:read, trust:write: identities 1 identity → unrestricted/],
  ["chains", /scores:read: chains 1 chain → unrestricted/],
  ["ipWhitelist", /scores:read: ipWhitelist 1 address → unrestricted/],
  ["widerBlock", /scores:read: ipWhitelist 1 → 257 addresses/],
  ["expiry", /it has no end; 2027-03-01T12:00:00Z was asked/],
  ["laterExpiry", /it ends at 2028-02-29T12:00:00Z; 2027-03-01T12:00:00Z was asked/],
];

describe.each(WIDER)("a server that widens: %s", (what, said) => {
  test("everywhere: the up fails and names the key, the next one looks again without a POST", async () => {
    widen("answers", what);
    const error = await failure(stack.up(PROGRAM));
    const [id = ""] = liveIds(api);
    expect(error).toMatch(said);
    expect(error).toContain(`key ${id} ("a-`);
    expect(error).toMatch(/ZKS_WIDER[\s\S]*remedy:[\s\S]*zkscore:acceptWider[\s\S]*safe:/);
    expect(error).not.toMatch(/alice\.zks|203\.0\.113|zk_prod_/);
    expect(stack.key("a")?.id).toBe(id);
    expect(await works(api, stack.output("a", "apiKey"))).toBe(false); // not from here, as asked
    expect(await failure(stack.up(PROGRAM))).toMatch(said);
    expect(await failure(stack.up(PROGRAM, { refresh: false }))).toMatch(said);
    honest();
    await stack.up(PROGRAM);
    expect([posts(), liveIds(api), unproven()]).toEqual([1, [id], undefined]);
    await quiet();
  });

  test("in the answer only: the listing decides, and nothing is said", async () => {
    widen("echo", what);
    await stack.up(PROGRAM);
    expect([posts(), unproven()]).toEqual([1, undefined]);
    expect(stack.log).not.toMatch(/warning|may do more/);
    await quiet();
    honest();
    await quiet();
  });

  test.each([["a"], ["other, a"], ['["b","a"]'], ["ID"]])(
    "accepted by %s: goes on without a POST, and rests",
    async (names) => {
      widen("both", what);
      await failure(stack.up(PROGRAM));
      stack.env["ZKSCORE_ACCEPT_WIDER"] = names.replace("ID", stack.id("a"));
      await stack.up(PROGRAM);
      expect(stack.log).toMatch(/may do more than was asked, as the settings accept/);
      expect([posts(), unproven()]).toEqual([1, undefined]);
      await quiet();
    },
  );

  test("a key that exists already is named at each refresh and left, also in a plain preview", async () => {
    widen("both", what);
    stack.env["ZKSCORE_ACCEPT_WIDER"] = "a";
    await stack.up(PROGRAM);
    delete stack.env["ZKSCORE_ACCEPT_WIDER"];
    await stack.refresh();
    expect(stack.log).toMatch(/key key_\w+ \("a-\w+"\) may do more than was asked/);
    expect(stack.log).toMatch(said);
    expect(await stack.preview(PROGRAM)).toEqual({ a: "same" });
    await stack.up(PROGRAM);
    expect(posts()).toBe(1);
  });

  test("a key that 0.1.0 made, for which the first answer was the base line, is named and left", async () => {
    widen("both", what);
    stack.env["ZKSCORE_ACCEPT_WIDER"] = "a";
    await stack.up(PROGRAM);
    delete stack.env["ZKSCORE_ACCEPT_WIDER"];
    await asFirstRelease(stack, api);
    const before = [liveIds(api), stack.output("a", "apiKey")];
    for (let run = 0; run < 2; run++) {
      await stack.up(PROGRAM);
      expect(stack.log).toMatch(/key key_\w+ \("a-\w+"\) may do more than was asked/);
      expect(stack.log).toMatch(said);
    }
    expect([liveIds(api), stack.output("a", "apiKey")]).toEqual(before);
    expect(posts()).toBe(1);
  });
});

test("accepted before the first up: one POST, no error", async () => {
  widen("both", "all", "expiry");
  stack.env["ZKSCORE_ACCEPT_WIDER"] = "a";
  await stack.up(PROGRAM);
  expect(posts()).toBe(1);
  await quiet();
});

test("the account is brought to what was asked by hand: the next up goes on", async () => {
  widen("both", "all");
  await failure(stack.up(PROGRAM));
  honest();
  const [id = ""] = liveIds(api);
  api.edit(id, { permissions: ASKED["permissions"] as never }); // as the operator's own form
  await stack.up(PROGRAM);
  expect([posts(), liveIds(api)]).toEqual([1, [id]]);
  await quiet();
});

test("the key is revoked by hand: the next up makes another one, against an honest server", async () => {
  widen("both", "all");
  await failure(stack.up(PROGRAM));
  honest();
  const [id = ""] = liveIds(api);
  api.revoke(id);
  await stack.up(PROGRAM);
  expect(posts()).toBe(2);
  expect(liveIds(api)).toEqual([stack.key("a")?.id]);
  await quiet();
});

test("a replacement against a widening server loses nobody: the old key lives until the new one is as asked", async () => {
  await stack.up(PROGRAM);
  const old = stack.id("a");
  const changed = keys({ a: { ...ASKED, description: "changed" } });
  widen("answers", "grant");
  expect(await failure(stack.up(changed))).toMatch(/scores:delete/);
  expect(liveIds(api)).toContain(old);
  expect(liveIds(api)).toHaveLength(2);
  await failure(stack.up(changed));
  honest();
  await stack.up(changed);
  expect(liveIds(api)).toEqual([stack.key("a")?.id]);
  expect(posts()).toBe(2);
  await quiet(changed);
});

test("an incident ends the old keys even where the new one is wider", async () => {
  await stack.up(PROGRAM);
  const old = stack.id("a");
  const program = keys({ a: { ...ASKED, rotation: { compromised: "today" } } });
  widen("answers", "grant");
  expect(await failure(stack.up(program))).toMatch(/scores:delete/);
  expect(liveIds(api)).not.toContain(old);
  honest();
  await stack.up(program);
  expect(posts()).toBe(2);
  await quiet(program);
});

test.each<[What, RegExp]>([
  ["impliedRead", /rounded up what was asked for key key_\w+: permissions widen: \+ trust:read/],
  ["roundExpiry", /rounded up[^\n]*it ends at 2027-03-02T00:00:00Z; 2027-03-01T12:00:00Z was asked/],
  ["limits", /rounded up[^\n]*requestsPerMinute is 600; 60 was asked; requestsPerDay is 10000; 1000 was asked/],
])("a server that rounds up (%s) is one warning, and then rest", async (what, said) => {
  widen("both", what);
  await stack.up(PROGRAM);
  expect(stack.log).toMatch(said);
  expect(stack.log.match(/rounded up/g)).toHaveLength(1);
  await quiet();
});

test("what no answer shows is said once, and then rest", async () => {
  widen("both", "noLimits");
  await stack.up(PROGRAM);
  expect(stack.log).toMatch(/can't be told: no answer shows its requestsPerMinute; its requestsPerDay/);
  await quiet();
});

test("an answer that shows no permissions at all is looked up in the listing", async () => {
  widen("echo", "none");
  await stack.up(PROGRAM);
  expect(stack.log).not.toMatch(/warning/);
  await quiet();
});

test("a listing that fails after a wider answer is no lost key", async () => {
  widen("echo", "all");
  api.faults.add({ operation: "list", kind: "status", status: 500, nth: 2, every: 1 });
  expect(await failure(stack.up(PROGRAM))).toMatch(/may do more than was asked/);
  expect(stack.key("a")?.id).toBe(liveIds(api)[0]);
  api.faults.clear();
  await stack.up(PROGRAM);
  expect(posts()).toBe(1);
  await quiet();
});

describe("an update in place", () => {
  beforeEach(() => {
    stack.env["ZKSCORE_UPDATES"] = "patch";
  });

  test("is judged in what it sends, and looked at again without a second one", async () => {
    await stack.up(PROGRAM);
    const changed = keys({ a: { ...ASKED, permissions: [{ resource: "trust", actions: ["read"] }] } });
    widen("answers", "grant");
    expect(await failure(stack.up(changed))).toMatch(/\+ trust:delete/);
    await failure(stack.up(changed));
    expect(counted(api)["update"]).toBe(1);
    honest();
    await stack.up(changed);
    expect([posts(), counted(api)["update"]]).toEqual([1, 1]);
    await quiet(changed);
  });

  test("of a description isn't judged by what was wider before", async () => {
    widen("both", "expiry");
    stack.env["ZKSCORE_ACCEPT_WIDER"] = "a";
    await stack.up(PROGRAM);
    delete stack.env["ZKSCORE_ACCEPT_WIDER"];
    await stack.up(keys({ a: { ...ASKED, description: "new" } }));
    expect(counted(api)["update"]).toBe(1);
  });
});

describe.each(["replace", "patch"])("an adoption, where updates are %s,", (updates) => {
  beforeEach(() => {
    stack.env["ZKSCORE_UPDATES"] = updates;
  });
  const open = { permissions: [{ resource: "scores", actions: ["read"] }] };
  const confined = { permissions: [{ resource: "scores", actions: ["read"], restrictions: { chains: ["1"] } }] };

  test.each<[string, Fields, Fields, RegExp]>([
    ["a restriction", confined, open, /scores:read: chains 1 chain → unrestricted/],
    [
      "an end",
      { ...open, expiry: "2027-01-01T00:00:00Z" },
      open,
      /it ends at 2027-01-01T00:00:00Z, and neither expiry nor expiresIn is declared/,
    ],
  ])("doesn't lift %s that the program doesn't declare", async (_what, lives, declared, said) => {
    const made = await keyByHand(api, lives);
    const error = await failure(stack.up(keys({ a: { ...declared, adopt: made } })));
    expect(error).toMatch(/can't be adopted as declared/);
    expect(error).toMatch(said);
    const { create, update } = counted(api);
    expect([create, update]).toEqual([1, undefined]);
    await stack.up(keys({ a: { ...lives, adopt: made } }));
    expect(stack.key("a")?.id).toBe(made.keyId);
  });

  test("of a wider key is refused, or makes it narrower", async () => {
    const made = await keyByHand(api, open);
    const work = stack.up(keys({ a: { ...confined, adopt: made } }));
    if (updates === "replace") expect(await failure(work)).toMatch(/it differs in permissions/);
    else {
      await work;
      expect(api.keys()[0]?.permissions).toEqual(confined.permissions);
    }
  });

  test("of a key that is said in other words is none of a difference", async () => {
    api.setMode({ normalise: true });
    const made = await keyByHand(api, {
      permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["10.0.0.1"] } }],
    });
    const program = keys({
      a: {
        permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["10.0.0.1/32"] } }],
        adopt: made,
      },
    });
    await stack.up(program);
    await quiet(program);
  });
});

test("an adoption's update that comes back wider is an init failure", async () => {
  stack.env["ZKSCORE_UPDATES"] = "patch";
  const made = await keyByHand(api, { permissions: [{ resource: "scores", actions: ["read"] }] });
  const program = keys({ a: { permissions: [{ resource: "scores", actions: ["read"] }], adopt: made } });
  widen("answers", "grant");
  // The listing that the adoption looks at says so, too: it may do more than declared, and the update doesn't mend it.
  expect(await failure(stack.up(program))).toMatch(/\+ scores:delete/);
  honest();
  await stack.up(program);
  expect(stack.key("a")?.id).toBe(made.keyId);
  await quiet(program);
});

test("time passes: an accepted or rested key rotates as ever", async () => {
  const program = keys({ a: { ...ASKED, rotation: { every: "30d", overlap: "1d" } } });
  widen("both", "limits");
  await stack.up(program);
  api.advance(30 * DAY);
  await stack.up(program);
  api.advance(DAY + HOUR);
  await stack.up(program);
  expect(liveIds(api)).toEqual([stack.key("a")?.id]);
});

test.each<[What, What]>([
  ["expiry", "roundExpiry"],
  ["grant", "impliedRead"],
])("what was wider (%s) is no base line: where the account then rounds up (%s), the key stays", async (first, then) => {
  widen("answers", first);
  await failure(stack.up(PROGRAM));
  await failure(stack.up(PROGRAM)); // its refresh sees what nobody asked for
  widen("answers", then);
  await stack.up(PROGRAM);
  await stack.refresh();
  await stack.up(PROGRAM);
  expect([posts(), unproven()]).toEqual([1, undefined]);
  await quiet();
});

test("a server that says numbers as text, chains as numbers, and null for no restriction is as asked", async () => {
  api.setMode({ loose: true });
  await stack.up(PROGRAM);
  expect(posts()).toBe(1);
  expect(stack.log).not.toMatch(/warning|lost/);
  await quiet();
});

test.each([
  ["replace", 2],
  ["patch", 1],
])(
  "a server that answers as asked and keeps more (updates: %s) is mended once, and then fails the up",
  async (updates, made) => {
    stack.env["ZKSCORE_UPDATES"] = updates;
    widen("store", "grant");
    await stack.up(PROGRAM);
    expect(await failure(stack.up(PROGRAM))).toMatch(/ZKS_WIDER[\s\S]*scores:delete/);
    expect(await failure(stack.up(PROGRAM))).toMatch(/ZKS_WIDER/);
    expect(posts()).toBe(made);
    stack.env["ZKSCORE_ACCEPT_WIDER"] = "a";
    await stack.up(PROGRAM);
    expect(posts()).toBe(made);
    await quiet();
  },
);
