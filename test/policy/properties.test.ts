import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readKey } from "../../policy/key/view.ts";
import { overlaps, readBlock } from "../../policy/network/blocks.ts";
import type { Bag, Rule } from "../../policy/rule.ts";
import { POLICY_NAMES, type PolicyName, RULES } from "../../policy/rules/index.ts";
import { canonical } from "../../provider/domain/canonical.ts";
import { durationMs } from "../../provider/domain/duration.ts";
import type { KeyInputs } from "../../provider/domain/inputs.ts";
import { sameJson } from "../../provider/domain/stable.ts";
import { anyCase, type Case, findingsOf, NOW, type Permission, subjectOf } from "../support/policy/cases.ts";
import { WORSE } from "../support/policy/worse.ts";
import { drawn } from "../support/seed.ts";

/**
 * Properties of every rule, over random keys. `npm test` runs a share; `npm run prove:policy` runs 50,000 cases a policy.
 */
const options = drawn("policy properties", 400);
const { numRuns: CASES } = options;

const definition = (name: PolicyName): Rule => RULES[name];
const judging = POLICY_NAMES.filter(
  (name) => definition(name).resource !== undefined || definition(name).stack !== undefined,
);
const compared = judging.filter((name) => WORSE[name] !== undefined);

test("every policy that judges alone has a worsening", () => {
  expect(compared).toEqual(judging);
  expect(compared).toHaveLength(17);
});

describe("making a key more dangerous never removes a violation", () => {
  test.each(compared)("%s", (name) => {
    const worse = WORSE[name];
    if (worse === undefined) throw new Error(`${name} has no worsening`);
    let [violating, kept] = [0, 0];
    fc.assert(
      fc.property(anyCase, worse.change, (c, change) => {
        const after: Case = structuredClone(c);
        change(after);
        const found = (given: Case) =>
          findingsOf(definition(name), given)
            .filter(({ code }) => worse.rules?.includes(code) ?? true)
            .map(({ code, path }) => (worse.compare === "by rule" ? code : firstPlace(after, path)));
        const [before, now] = [new Set(found(c)), new Set(found(after))];
        if (before.size > 0) violating++;
        for (const finding of before) {
          kept++;
          if (!now.has(finding)) throw new Error(`${finding} is gone`);
        }
      }),
      options,
    );
    // A property over keys that never violate would prove nothing.
    expect(violating).toBeGreaterThan(CASES / 50);
    expect(kept).toBeGreaterThanOrEqual(violating);
  });
});

describe("no policy throws, and none repeats what it was given", () => {
  const junk = fc.anything({ withNullPrototype: true, withDate: false, maxDepth: 3 });
  test.each(judging)("%s", (name) => {
    const mutated = fc.tuple(anyCase, fc.constantFrom(...FIELDS), junk).map(([c, field, value]) => {
      Reflect.set(c.inputs, field, value);
      return c;
    });
    fc.assert(
      fc.property(mutated, fc.stringMatching(/^CANARY[a-z0-9]{8}$/), (c, canary) => {
        c.inputs.webhooks = [...(Array.isArray(c.inputs.webhooks) ? c.inputs.webhooks : []), hookWith(canary)];
        c.inputs.description = canary;
        for (const { message, path } of findingsOf(definition(name), c)) {
          if (`${path} ${message}`.includes(canary)) throw new Error("a finding repeats a value");
        }
      }),
      options,
    );
  });
});

/** Where the key says first what stands at `path`: what is said twice is judged once, as it is sent once. */
function firstPlace({ inputs: { permissions } }: Case, path: string): string {
  const [, at, list, item] = /^permissions\[(\d+)\](?:\.([\w.]+)(?:\[(\d+)\])?)?/.exec(path) ?? [];
  const own = permissions[Number(at)];
  if (own === undefined) return path;
  const { restrictions } = canonical({ permissions: [own as KeyInputs["permissions"][0]] }).permissions[0] ?? {};
  const same = [...permissions.entries()].filter(([, other]) =>
    sameJson(
      { resource: own.resource, restrictions },
      pick(canonical({ permissions: [other as KeyInputs["permissions"][0]] }).permissions[0]),
    ),
  );
  // A list whose entries have become one is judged by that entry.
  const single = list === "restrictions.ipWhitelist" && restrictions?.ipWhitelist?.length === 1 ? "0" : undefined;
  const entry = item ?? single;
  const value = entry === undefined ? undefined : valuesOf(own, list)[Number(entry)];
  for (const [index, other] of same) {
    const place = value === undefined ? -1 : valuesOf(other, list).indexOf(value);
    if (value === undefined) return path.replace(/^permissions\[\d+\]/, `permissions[${index}]`);
    if (place !== -1) return `permissions[${index}].${list}[${place}]`;
  }
  return path;
}

const pick = (one: KeyInputs["permissions"][0] | undefined) => ({
  resource: one?.resource,
  restrictions: one?.restrictions,
});

function valuesOf(permission: Permission, list = ""): readonly string[] {
  if (list === "actions") return permission.actions;
  return permission.restrictions?.[list.replace("restrictions.", "") as "ipWhitelist"] ?? [];
}

describe("what the program says twice or in parts is judged as what is sent", () => {
  test.each(judging)("%s", (name) => {
    fc.assert(
      fc.property(anyCase, fc.boolean(), (c, apart) => {
        const { permissions } = canonical({ permissions: c.inputs.permissions as KeyInputs["permissions"] });
        c.inputs.permissions = permissions;
        const wordy = structuredClone(c);
        const parts = permissions.flatMap((one) =>
          one.actions.map((action) => ({ ...one, actions: [action, action] })),
        );
        wordy.inputs.permissions = [...(apart ? parts : permissions), ...permissions].map((one) => ({
          ...one,
          ...(one.restrictions === undefined ? {} : { restrictions: twice(one.restrictions) }),
        }));
        const said = (given: Case) => findingsOf(definition(name), given).map(({ code }) => code);
        expect(said(wordy).sort()).toEqual(said(c).sort());
      }),
      options,
    );
  });
});

function twice(lists: object): object {
  return Object.fromEntries(
    Object.entries(lists).map(([key, items]: [string, string[]]) => [key, [...items, ...items]]),
  );
}

describe("remediations end their violation, change nothing the second time, and grant nothing", () => {
  const remediating = POLICY_NAMES.filter((name) => definition(name).remediate !== undefined);
  test("there are four", () => {
    expect(remediating).toEqual(["expiryRequired", "expiryHorizon", "ipAllowList", "ownership"]);
  });

  test.each(remediating)("%s", (name) => {
    let changedOnce = 0;
    fc.assert(
      fc.property(anyCase, (c) => {
        const after: Case = structuredClone(c);
        const changed = apply(name, after);
        if (!changed) {
          expect(after).toEqual(c);
          return;
        }
        changedOnce++;
        const rules = findingsOf(definition(name), after).map(({ code }) => code);
        expect(rules).not.toContain(ENDS[name]);
        const again = structuredClone(after);
        expect(apply(name, again)).toBe(false);
        expect(again).toEqual(after);
        expect(wider(c, after)).toEqual([]);
      }),
      options,
    );
    expect(changedOnce).toBeGreaterThan(CASES / 50);
  });
});

const FIELDS = [
  "name",
  "permissions",
  "rateLimit",
  "expiry",
  "expiresIn",
  "webhooks",
  "metadata",
  "rotation",
  "deletionPolicy",
  "createdAt",
  "ownership",
];
const ENDS: Partial<Record<PolicyName, string>> = {
  expiryRequired: "endless",
  expiryHorizon: "too-long",
  ipAllowList: "overlap",
  ownership: "owner",
};

function hookWith(canary: string) {
  return { url: `https://${canary}:${canary}@${canary}.internal/?token=${canary}`, events: [canary], secret: canary };
}

function apply(name: PolicyName, c: Case): boolean {
  const bag: Bag = Object(c.inputs);
  return definition(name).remediate?.(subjectOf(definition(name), c), bag) ?? false;
}

/** Ways in which the second key may do more than the first: none is right. */
function wider(before: Case, after: Case): string[] {
  const [a, b] = [readKey(before.inputs), readKey(after.inputs)];
  type One = (typeof a.permissions)[number];
  const texts = (items: readonly { value: string }[]) => items.map(({ value }) => value);
  const uses = ({ resource, actions, identities, chains }: One) =>
    texts(actions).map((action) => JSON.stringify([resource, action, texts(identities.items), texts(chains.items)]));
  // By use: permissions that differ in what one of them says twice become one.
  const grants = (key: typeof a) => [...new Set(key.permissions.flatMap(uses))].sort().join();
  const life = (key: typeof a) =>
    Math.max(durationMs(key.expiresIn ?? "") ?? -1, key.expiry === undefined ? -1 : Date.parse(key.expiry) - NOW);
  const problems: string[] = [];
  if (grants(a) !== grants(b)) problems.push("grants");
  if (life(a) >= 0 && life(b) > life(a)) problems.push("life");
  for (const permission of b.permissions) {
    for (const use of uses(permission)) {
      const same = a.permissions.filter((one) => uses(one).includes(use));
      const had = same.flatMap(({ ipWhitelist }) => ipWhitelist.items.map(({ value }) => readBlock(value)));
      for (const { value } of permission.ipWhitelist.items) {
        const block = readBlock(value);
        const inside = had.some((outer) => outer && block && outer.prefix <= block.prefix && overlaps(outer, block));
        if (!inside) problems.push(`address at ${permission.path}`);
      }
      const { present } = permission.ipWhitelist;
      if (same.every(({ ipWhitelist }) => ipWhitelist.present !== present)) problems.push("fence");
    }
  }
  return problems;
}
