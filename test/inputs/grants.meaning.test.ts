import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareGrants, type Granting, withImpliedRead } from "../../provider/domain/grants.ts";
import { grantsText } from "../../provider/domain/grantsText.ts";
import { ACTIONS, RESOURCES } from "../../provider/domain/vocabulary.ts";
import { drawn } from "../support/seed.ts";

/** Permissions are compared by what they allow: against a reference that asks of every use in a small universe whether it is allowed. */
const options = drawn("grants", 600);
const { numRuns: CASES } = options;

/** Every block of 10.0.0.0/29, so that a set of them is a set of the eight addresses, and one far away. */
const HOME = 10 * 2 ** 24;
const dotted = (n: number) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join(".");
interface Entry {
  text: string;
  has(address: string): boolean;
}
const inside: Entry[] = [32, 31, 30, 29].flatMap((prefix) => {
  const size = 2 ** (32 - prefix);
  return Array.from({ length: 8 / size }, (_, index) => {
    const first = HOME + index * size;
    const among = new Set(Array.from({ length: size }, (_none, step) => dotted(first + step)));
    const spellings = [
      `${dotted(first)}/${prefix}`,
      `::ffff:${dotted(first)}/${prefix + 96}`,
      `::FFFF:${dotted(first)}/${prefix + 96}`,
    ];
    return spellings.map((text) => ({ text, has: (address: string) => among.has(address) }));
  }).flat();
});
const ENTRIES: Entry[] = [
  ...inside,
  { text: "10.0.0.3", has: (address) => address === "10.0.0.3" },
  { text: "0.0.0.0/0", has: (address) => address.includes(".") },
  { text: "::/0", has: () => true },
  { text: "2001:db8::1", has: (address) => address === "2001:db8::1" },
  { text: "2001:DB8:0::/48", has: (address) => address === "2001:db8::1" || address === "2001:db8::2" },
  { text: "not an address", has: (address) => address === "not an address" },
];
const ADDRESSES = [
  ...Array.from({ length: 8 }, (_, n) => dotted(HOME + n)),
  "192.0.2.9",
  "2001:db8::1",
  "2001:db8::2",
  "2001:4860::1",
  "not an address",
];

const listed = <T extends string | number>(from: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...from), { minLength: 1, maxLength: 4 });
const permission: fc.Arbitrary<Granting> = fc.record(
  {
    resource: fc.constantFrom("scores", "SCORES ", "trust", "all", "wallets"),
    actions: listed(["read", "write", "Delete", "all", "sign"]),
    restrictions: fc.option(
      fc.record(
        {
          identities: listed(["alice.zks", "Alice.ZKS", "bob.zks", "carol.zks"]),
          chains: listed<string | number>(["1", 1, "998899", 998899]),
          ipWhitelist: listed(ENTRIES.map(({ text }) => text)),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ["resource", "actions"] },
);
const permissions = fc.array(permission, { maxLength: 4 });

/** All uses, as text. `other` is what no permission names; names outside the catalogue count if a side has them. */
function usesOf(side: readonly Granting[], both: readonly Granting[]): Set<string> {
  const word = (text: string | number) => String(text).trim().toLowerCase();
  const seen = (words: readonly string[], more: readonly string[]) =>
    [...new Set([...words, ...more.map(word)])].filter((one) => one !== "all");
  const resources = seen(RESOURCES, both.map(({ resource }) => resource)); // biome-ignore format: short
  const actions = seen(ACTIONS, both.flatMap((one) => one.actions)); // biome-ignore format: short
  const uses = new Set<string>();
  for (const { resource, actions: given, restrictions } of side) {
    const open = (list: readonly (string | number)[] | null | undefined, value: string) =>
      list === undefined || list === null || list.some((item) => word(item) === value);
    for (const r of resources.filter((one) => ["all", one].includes(word(resource)))) {
      for (const a of actions.filter((one) => given.some((action) => ["all", one].includes(word(action))))) {
        for (const who of ["alice.zks", "bob.zks", "carol.zks", "other"].filter((one) =>
          open(restrictions?.identities, one),
        )) {
          for (const chain of ["1", "998899", "other"].filter((one) => open(restrictions?.chains, one))) {
            for (const address of ADDRESSES) {
              const list = restrictions?.ipWhitelist;
              const from =
                list === undefined ||
                list === null ||
                list.some((text) => ENTRIES.find((entry) => entry.text === text)?.has(address));
              if (from) uses.add([r, a, who, chain, address].join("|"));
            }
          }
        }
      }
    }
  }
  return uses;
}

const names = (changes: readonly { resource: string; action: string }[]) =>
  changes.map(({ resource, action }) => `${resource}|${action}`).sort();
const grantsOf = (uses: Iterable<string>) =>
  [...new Set([...uses].map((use) => use.split("|").slice(0, 2).join("|")))].sort();

const without = (one: Set<string>, other: Set<string>) => [...one].filter((use) => !other.has(use));

test("the comparison agrees with the reference, both ways", () => {
  let [equal, wider] = [0, 0];
  fc.assert(
    fc.property(permissions, permissions, fc.boolean(), (before, other, same) => {
      // `::/0` names "not an address" only in the reference: skipped where both stand in one case.
      const after = same ? before.toReversed().map((one) => ({ ...one, actions: one.actions.toReversed() })) : other;
      const both = [...before, ...after];
      const entries = both.flatMap((one) => one.restrictions?.ipWhitelist ?? []);
      fc.pre(!(entries.includes("::/0") && entries.includes("not an address")));
      const [had, has] = [usesOf(before, both), usesOf(after, both)];
      const found = compareGrants(before, after);
      expect(names(found.wider)).toEqual(grantsOf(without(has, had)));
      expect(names(found.narrower)).toEqual(grantsOf(without(had, has)));
      expect(found.equal).toBe(without(had, has).length + without(has, had).length === 0);
      for (const change of found.wider) expect(change.whole).toBe(!grantsOf(had).includes(names([change])[0] ?? ""));
      if (found.equal) equal++;
      if (found.wider.length > 0) wider++;
    }),
    options,
  );
  expect(equal).toBeGreaterThan(CASES / 10);
  expect(wider).toBeGreaterThan(CASES / 10);
});

test("an empty list is nothing before, and everything after", () => {
  const empty: Granting[] = [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: [] } }];
  const open: Granting[] = [{ resource: "scores", actions: ["read"] }];
  const closed: Granting[] = [
    { resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.7"] } },
  ];
  expect(compareGrants(open, empty).equal).toBe(true);
  expect(names(compareGrants(closed, empty).wider)).toEqual(["scores|read"]);
  expect(names(compareGrants(empty, closed).wider)).toEqual(["scores|read"]);
});

test("every name of the catalogue is the same as `all`", () => {
  const each = RESOURCES.filter((name) => name !== "all").map((resource) => ({
    resource,
    actions: ["read", "write", "delete"],
  }));
  expect(compareGrants(each, [{ resource: "all", actions: ["all"] }]).equal).toBe(true);
});

test("`read` implied by `write` keeps the restrictions of the `write`", () => {
  const ip = { ipWhitelist: ["203.0.113.7"] };
  const asked: Granting[] = [{ resource: "scores", actions: ["write"], restrictions: ip }];
  const implied = withImpliedRead(asked);
  expect(compareGrants(implied, [{ resource: "scores", actions: ["read", "write"], restrictions: ip }]).equal).toBe(
    true,
  );
  expect(compareGrants(implied, [...asked, { resource: "scores", actions: ["read"] }]).wider).toHaveLength(1);
});

test("an answer that is made to be costly ends in time, and is no fine one", () => {
  const many = (list: (n: number) => Granting["restrictions"]): Granting[] =>
    Array.from({ length: 20_000 }, (_, n) => ({ resource: "all", actions: ["all"], restrictions: list(n) }));
  const costly = many((n) => ({
    identities: [`a${n}.zks`],
    chains: [String(n % 977)],
    ipWhitelist: [`10.${n % 256}.0.0/16`],
  }));
  const asked: Granting[] = [{ resource: "scores", actions: ["read"] }];
  const before = performance.now();
  expect(compareGrants(asked, costly).equal).toBe(false);
  const long: Granting[] = [
    {
      resource: "scores",
      actions: ["read"],
      restrictions: { ipWhitelist: Array.from({ length: 50_000 }, (_, n) => dotted(HOME + 2 * n)) },
    },
  ];
  expect(compareGrants(long, long).equal).toBe(true);
  expect(performance.now() - before).toBeLessThan(20_000);
});

describe("in words", () => {
  const at = (count: number) => Array.from({ length: count }, (_, n) => dotted(HOME + n));
  const scores = (restrictions?: Granting["restrictions"], ...actions: string[]): Granting => ({
    resource: "scores",
    actions: ["read", ...actions],
    restrictions,
  });
  test.each([
    ["a grant", [scores()], [scores(undefined, "write")], ["permissions widen: + scores:write (unrestricted)"]],
    ["a grant gone", [scores(undefined, "write")], [scores()], ["permissions narrow: - scores:write"]],
    [
      "a shorter list",
      [scores({ ipWhitelist: at(10) })],
      [scores({ ipWhitelist: at(2) })],
      ["permissions narrow: scores:read: ipWhitelist 10 → 2 addresses"],
    ],
    [
      "a list lost",
      [scores({ ipWhitelist: ["10.0.0.0/24"] })],
      [scores()],
      ["permissions widen: scores:read: ipWhitelist 256 addresses → unrestricted"],
    ],
    [
      "another address",
      [scores({ ipWhitelist: ["10.0.0.1"] })],
      [scores({ ipWhitelist: ["10.0.0.2"] })],
      [
        "permissions widen: scores:read: ipWhitelist 1 address → as many others",
        "permissions narrow: scores:read: ipWhitelist 1 address → as many others",
      ],
    ],
    [
      "a large block",
      [scores({ ipWhitelist: ["2001:db8::/48"] })],
      [scores({ ipWhitelist: ["2001:db8::/32", "10.0.0.1"] })],
      ["permissions widen: scores:read: ipWhitelist 2^80 → over 2^96 addresses"],
    ],
    [
      "all",
      [scores({ identities: ["alice.zks"] })],
      [{ resource: "all", actions: ["all"] }],
      [
        "permissions widen: + identity:read, identity:write, identity:delete, scores:write, scores:delete, achievements:read, achievements:write, achievements:delete, trading:read, trading:write, trading:delete, trust:read, trust:write, trust:delete, attestations:read, attestations:write, attestations:delete (unrestricted)",
        "permissions widen: scores:read: identities 1 identity → unrestricted",
      ],
    ],
    [
      "a word that nobody knows",
      [scores()],
      [scores(), { resource: "\u001b[31mwallets", actions: ["sign"], restrictions: { chains: [1, 2] } }],
      ["permissions widen: + (unknown resource):(unknown action) (chains: 2 chains)"],
    ],
    [
      "restrictions combined otherwise",
      [scores({ identities: ["a"], chains: ["1"] }), scores({ identities: ["b"], chains: ["2"] })],
      [scores({ identities: ["a"], chains: ["2"] }), scores({ identities: ["b"], chains: ["1"] })],
      [
        "permissions widen: scores:read: restrictions combined otherwise",
        "permissions narrow: scores:read: restrictions combined otherwise",
      ],
    ],
  ])("%s", (_name, before, after, expected) => {
    expect(grantsText(compareGrants(before, after))).toEqual(expected);
  });
});
