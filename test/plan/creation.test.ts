import { expect, test } from "vitest";
import type { KeyInputs } from "../../provider/domain/inputs.ts";
import { instantMs, isoSeconds } from "../../provider/domain/instant.ts";
import { type CreationPlan, planCreation } from "../../provider/plan/creation.ts";
import { createStackView } from "../../provider/stack/view.ts";
import { ownershipOf } from "../support/ownership.ts";
import { listedKey, listingOf, product, stateOfKey, USED } from "../support/standing/worldOfKeys.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;
const A = ownershipOf("ours");
const at = (hours: number) => isoSeconds(NOW + hours * HOUR);
const UNTIL = { ahead: at(1), over: at(-1) } as const;

/** A key of resource a is made. K is the key it has, P one that K retired, O one with its mark in no state, F one to adopt. */
const FACTS = {
  has: ["no key", "K, by diff", "K, by the state"],
  listed: ["live", "revoked", "absent"],
  deletedFirst: [false, true],
  overlap: [undefined, "1d"],
  compromised: [undefined, "sha256:now"],
  retired: ["none", "ahead", "over", "skipped by Pulumi"],
  stateIsRead: [false, true],
  orphan: ["none", "never used", "used"],
  adopt: ["none", "F, with its secret", "F, without", "K, without"],
} as const;
type Facts = ReturnType<typeof product<typeof FACTS>> extends Generator<infer Row> ? Row : never;

function planOf(facts: Facts): CreationPlan {
  const view = createStackView();
  view.identified("ours");
  if (facts.stateIsRead) view.stateRead();
  const entry = { keyId: "P", revokeAfter: facts.retired === "over" ? UNTIL.over : UNTIL.ahead };
  const skipped = facts.retired === "skipped by Pulumi";
  const state = stateOfKey("K", A, {
    previous: facts.retired === "none" || skipped ? [] : [entry],
    ...(skipped ? { retires: [entry] } : {}),
  });
  if (facts.has !== "no key") view.showed(state);
  if (facts.has === "K, by diff") {
    const incident = facts.compromised !== undefined;
    view.announced({ owner: A.owner, keyId: "K", incident, overlaps: facts.overlap !== undefined }, state);
  }
  if (facts.deletedFirst) view.awaitsSuccessor("K");
  const { overlap, compromised } = facts;
  const rotation = {
    ...(overlap === undefined ? {} : { overlap }),
    ...(compromised === undefined ? {} : { compromised }),
  };
  const adopts = {
    "F, with its secret": { keyId: "F", apiKey: "s" },
    "F, without": { keyId: "F" },
    "K, without": { keyId: "K" },
  };
  const inputs: KeyInputs = {
    permissions: [],
    deletionPolicy: "revoke",
    ownership: A,
    rotation,
    ...(facts.adopt === "none" ? {} : { adopt: adopts[facts.adopt] }),
  };
  const listing = listingOf([
    ...(facts.listed === "absent"
      ? []
      : [listedKey("K", A, { ...USED, status: facts.listed === "live" ? "active" : "revoked" })]),
    listedKey("P", A, USED),
    ...(facts.orphan === "none" ? [] : [listedKey("O", A, facts.orphan === "used" ? USED : {})]),
    listedKey("F", undefined, USED),
  ]);
  return planCreation(inputs, { view, listing, now: NOW });
}

/** What is never to be told from the other facts. */
function about(facts: Facts) {
  const has = facts.has !== "no key";
  const incident = has && facts.compromised !== undefined;
  const lives = has && facts.listed === "live";
  const takesOver = facts.adopt.startsWith("F") || (facts.adopt === "K, without" && !has);
  return { has, incident, lives, takesOver };
}

const ids = (entries: readonly { keyId: string }[]) => entries.map(({ keyId }) => keyId);
const untilOf = ({ retires }: CreationPlan, id: string) => retires.find(({ keyId }) => keyId === id)?.revokeAfter;

const RULES: Readonly<Record<string, (facts: Facts, plan: CreationPlan) => boolean>> = {
  "the key that the resource has is replaced": (facts, { replaces }) =>
    ids(replaces).join() === (about(facts).has ? "K" : ""),
  "a live key that is replaced is retired, or revoked at once after an incident": (facts, plan) => {
    if (!about(facts).lives) return true;
    const [promised, atOnce] = [ids(plan.retires).includes("K"), ids(plan.revokesNow).includes("K")];
    return about(facts).incident ? atOnce && !promised : promised && !atOnce;
  },
  "it lives on for the overlap, or until now": (facts, plan) => {
    if (!about(facts).lives || about(facts).incident) return true;
    const until = instantMs(untilOf(plan, "K") ?? "") ?? Number.NaN;
    return facts.overlap === undefined ? until === NOW : until >= NOW + 24 * HOUR && until < NOW + 24 * HOUR + 1_000;
  },
  "an instant that was promised never moves": (facts, plan) => {
    const kept = about(facts).has && (facts.retired === "ahead" || facts.retired === "over") && !about(facts).incident;
    return !kept || untilOf(plan, "P") === UNTIL[facts.retired];
  },
  "without an incident nothing is revoked at once": (facts, { revokesNow }) =>
    about(facts).incident || revokesNow.length === 0,
  "after an incident nothing is promised but a key adopted without its secret": (facts, { retires }) =>
    !about(facts).incident || ids(retires).join() === (facts.adopt === "F, without" ? "F" : ""),
  "what an incident revokes has an instant that has come": (_facts, { revokesNow }) =>
    revokesNow.every(({ revokeAfter }) => (instantMs(revokeAfter) ?? Number.NaN) < NOW),
  "a key is taken over unless the resource has it": (facts, { adopts }) =>
    (adopts !== undefined) === about(facts).takesOver,
  "a key taken over with its secret is retired by nothing": (facts, { retires, revokesNow }) =>
    facts.adopt !== "F, with its secret" || !ids([...retires, ...revokesNow]).includes("F"),
  "one without its secret is retired by the key that is made": (facts, { retires }) =>
    facts.adopt !== "F, without" || ids(retires).includes("F"),
  "what is owed is over, and has no delete to come": (facts, { retires, revokesOwed }) => {
    const over = ids(retires.filter(({ revokeAfter }) => (instantMs(revokeAfter) ?? 0) <= NOW));
    const comes = about(facts).lives && !facts.deletedFirst;
    return revokesOwed.join() === (comes || about(facts).incident ? "" : over.join());
  },
  "what Pulumi should have deleted is retired, too": (facts, plan) =>
    !(about(facts).has && facts.retired === "skipped by Pulumi") ||
    ids([...plan.retires, ...plan.revokesNow]).includes("P"),
  "an orphan that is never used, in a state that was read, is without a doubt": (facts, { orphans }) => {
    const orphan = orphans.find(({ key }) => key.id === "O");
    return (orphan?.doubts.length === 0) === (facts.orphan === "never used" && facts.stateIsRead);
  },
  "a key in use of which nothing was shown is asked for with a refresh": (facts, { mayBeHeld }) => {
    const unread = facts.has !== "K, by diff" && !facts.stateIsRead;
    return mayBeHeld.some(({ key }) => key.id === "O") === (unread && facts.orphan === "used");
  },
};

test("what making a key comes to, over the product of all that may be known", () => {
  let rows = 0;
  const wrong: unknown[] = [];
  for (const facts of product(FACTS)) {
    rows += 1;
    const plan = planOf(facts);
    for (const [rule, holds] of Object.entries(RULES)) if (!holds(facts, plan)) wrong.push({ rule, facts, plan });
  }
  console.log(`planCreation: ${rows} rows, ${Object.keys(RULES).length} rules`);
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(rows).toBe(6_912);
});
