import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMPLIANT, withField } from "../../policy/docs/example.ts";
import { sizeOf } from "../../policy/network/addressSet.ts";
import { readBlock } from "../../policy/network/blocks.ts";
import { RULES } from "../../policy/rules/index.ts";
import { type Case, findingsOf, NOW } from "../support/policy/cases.ts";
import { python } from "../support/policy/python.ts";
import { drawn } from "../support/seed.ts";

/** An allow-list is what it lets in, however it is written. Python's `ipaddress` is the second opinion. */
const { numRuns: CASES, seed: SEED } = drawn("address sets", 400);

const LIST = "permissions[0].restrictions.ipWhitelist";
const caseOf = (inputs: Readonly<Record<string, unknown>>): Case => ({
  inputs: inputs as never, // lists that no program may write are among them
  stack: "acme-prod",
  name: "backend",
  tags: {},
  options: { protect: false, ignoreChanges: [], additionalSecretOutputs: ["apiKey"] },
  now: NOW,
});
const rulesOf = (list: readonly string[]) => [
  ...new Set(findingsOf(RULES.ipAllowList, caseOf(withField(COMPLIANT, LIST, list))).map(({ code }) => code)),
];
const every16 = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${(from + i) >> 8}.${(from + i) & 255}.0.0/16`);

describe("what amounts to a wide list is refused", () => {
  test.each<[string, string[], string]>([
    ["all of IPv4 in two halves", ["0.0.0.0/1", "128.0.0.0/1"], "wide"],
    ["two neighbours that make a /15", ["2.2.0.0/16", "2.3.0.0/16"], "wide-in-all"],
    ["two that don't", ["2.2.0.0/16", "9.9.0.0/24"], "wide-in-all"],
    ["two /32 of IPv6", ["2a00::/32", "2a02::/32"], "wide-in-all"],
    ["narrow blocks by the hundred", Array.from({ length: 101 }, (_, i) => `9.9.${i}.7`), "many"],
    ["a superset of the mapped range", ["::fffe:0:0/95"], "everyone"],
    ["the mapped range", ["::ffff:0:0/96"], "everyone"],
    ["NAT64", ["64:ff9b::/96"], "everyone"],
    ["a part of NAT64", ["64:ff9b::808:0/104"], "wide"],
    ["NAT64 of a private range", ["64:ff9b::10.0.0.0/112"], "special"],
    ["SIIT", ["::ffff:0:0:0/96"], "everyone"],
    ["IPv4-compatible addresses", ["::/96"], "everyone"],
    ["Teredo", ["2001::/32"], "everyone"],
    ["one Teredo server's clients", ["2001:0:4136:e378::/64"], "everyone"],
    ["a private Teredo client", ["2001:0:4136:e378:8000:63bf:f5ff:fffe"], "special"],
    ["6to4", ["2002::/16"], "everyone"],
    ["6to4 of a wide range", ["2002:808::/24"], "wide"],
    ["6to4 of a private network", ["2002:a01:203::/48"], "special"],
    ["halves of NAT64", ["64:ff9b::/97", "64:ff9b::8000:0/97"], "wide"],
    ["IPv4 in many disguises", ["2.2.0.0/17", "64:ff9b::202:8000/113", "::ffff:0:909:0/120"], "wide-in-all"],
  ])("%s", (_what, list, rule) => {
    expect(rulesOf(list)).toContain(rule);
  });

  test("all of IPv4 in blocks of /16 that are each in order, within seconds", () => {
    const started = performance.now();
    const list = every16(0, 65_536);
    expect(rulesOf(list)).toEqual(expect.arrayContaining(["wide-in-all", "many"]));
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("in each family: both are said", () => {
    const blocks = ["2.2.0.0/16", "9.9.0.0/16", "2a00:1::/32", "2a00:2::/32"];
    const found = findingsOf(RULES.ipAllowList, caseOf(withField(COMPLIANT, LIST, blocks)));
    expect(found.map(({ message }) => /IPv\d/.exec(message)?.[0])).toEqual(["IPv4", "IPv6"]);
  });

  test("over many permissions that grant the same, not over ones that grant something else", () => {
    const part = (resource: string, block: string) => ({
      resource,
      actions: ["read"],
      restrictions: { ipWhitelist: [block] },
    });
    const found = (permissions: object[]) =>
      findingsOf(RULES.ipAllowList, caseOf({ ...COMPLIANT, permissions })).map(({ code }) => code);
    const each = ["wide-in-all", "wide-in-all"]; // said at each list
    expect(found([part("scores", "2.2.0.0/16"), part("scores", "9.9.0.0/16")])).toEqual(each);
    expect(found([part("scores", "2.2.0.0/16"), part("all", "9.9.0.0/16")])).toEqual(each);
    expect(found([part("scores", "2.2.0.0/16"), part("trust", "9.9.0.0/16")])).toEqual([]);
  });
});

test("honest lists pass", () => {
  for (const list of [
    ["203.0.113.0/24", "2001:db8:7::/48"],
    ["198.51.100.7", "198.51.100.8", "203.0.113.0/24", "192.0.2.128/25"],
    ["::ffff:203.0.113.7"],
    ["64:ff9b::203.0.113.0/120"],
    ["2a00:1450:4001::/48", "2a00:1450:4002::/48"],
    ["2.2.0.0/16"],
    Array.from({ length: 100 }, (_, i) => `9.9.${i}.7`),
  ]) {
    expect(rulesOf(list), list.join()).toEqual([]);
  }
});

test("a chain that stands for every chain confines to none", () => {
  const found = (restrictions: object) =>
    findingsOf(
      RULES.restrictedWrites,
      caseOf({ permissions: [{ resource: "scores", actions: ["write"], restrictions }] }),
    );
  for (const chain of ["all", "ALL", "any", " all ", "*", "eip155:*", "eip155:all", "all-chains", "every_chain"]) {
    expect(found({ chains: [chain] }), chain).toHaveLength(1);
    expect(found({ chains: ["998899", chain] }), chain).toHaveLength(1);
  }
  expect(found({ identities: ["*"] })).toHaveLength(1);
  for (const restrictions of [{ chains: [998899] }, { chains: ["allfeat", "eip155:1"] }, { identities: ["all.zks"] }]) {
    expect(found(restrictions)).toEqual([]);
  }
});

const hex = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => `${ip}/${prefix}`);
const v6 = fc
  .tuple(
    fc.oneof(
      fc.ipV6(),
      fc
        .tuple(fc.constantFrom("::ffff", "64:ff9b:", "::ffff:0", "2002", "2001:0", "::", "2a00"), hex, hex)
        .map(([head, a, b]) =>
          head.startsWith("200") || head === "2a00" ? `${head}:${a}:${b}::` : `${head}:${a}:${b}`.replace(":::", "::"),
        ),
    ),
    fc.integer({ min: 8, max: 128 }),
  )
  .map(([ip, prefix]) => `${ip}/${prefix}`);

/** By the book of each range, on Python's own integers, one range after the other. */
const REFERENCE = `
import sys, json, ipaddress as ip
def images(n):
    if n.version == 4: return [n]
    out = []
    for text, right, inverted in [("::/96",0,0),("::ffff:0:0/96",0,0),("::ffff:0:0:0/96",0,0),("64:ff9b::/96",0,0),("2001::/32",0,1),("2002::/16",80,0)]:
        r = ip.ip_network(text)
        if not r.overlaps(n): continue
        m = n if n.subnet_of(r) else r
        a = (int(m.network_address) >> right) & 0xffffffff
        b = (int(m.broadcast_address) >> right) & 0xffffffff
        # A block reaches every value of the bits that are free in it; beyond the embedded ones nothing is free, or all is.
        free = 128 - m.prefixlen - right
        if free >= 32: a, b = 0, 0xffffffff
        if inverted: a, b = b ^ 0xffffffff, a ^ 0xffffffff
        out += list(ip.summarize_address_range(ip.IPv4Address(a), ip.IPv4Address(b)))
    return out
def size(nets): return sum(n.num_addresses for n in ip.collapse_addresses(nets))
out = []
for texts in json.load(sys.stdin):
    nets = [ip.ip_network(t, strict=False) for t in texts]
    six = [n for n in nets if n.version == 6 and not n.subnet_of(ip.ip_network("::ffff:0:0/96"))]
    out.append([str(size([i for n in nets for i in images(n)])), str(size(six))])
print(json.dumps(out))
`;

test("sets of addresses are measured as Python measures them", ({ skip }) => {
  const lists = fc.sample(fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 8 }), { numRuns: CASES, seed: SEED });
  const expected = python<[string, string][]>(REFERENCE, lists);
  if (expected === undefined) return skip("no python3 on this machine");
  for (const [index, list] of lists.entries()) {
    const { v4: four, v6: six } = sizeOf(list.flatMap((text) => readBlock(text) ?? []));
    expect([String(four), String(six)], list.join(" ")).toEqual(expected[index]);
  }
  expect(expected.some(([four]) => BigInt(four) > 65_536n)).toBe(true);
});

test("a list that lets in more is never judged more leniently", () => {
  let violating = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 5 }), fc.oneof(v4, v6), (list, more) => {
      const blocks = (texts: string[]) => texts.flatMap((text) => readBlock(text) ?? []);
      const [before, after] = [rulesOf(list), rulesOf([...list, more])];
      expect(sizeOf(blocks([...list, more])).v4).toBeGreaterThanOrEqual(sizeOf(blocks(list)).v4);
      if (before.length > 0) violating++;
      for (const rule of before) expect(after).toContain(rule);
    }),
    { numRuns: CASES, seed: SEED },
  );
  expect(violating).toBeGreaterThan(CASES / 4);
});
