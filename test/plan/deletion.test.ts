import { expect, test } from "vitest";
import type { KeyState } from "../../provider/domain/inputs.ts";
import { isoSeconds } from "../../provider/domain/instant.ts";
import { type DeletionPlan, planDeletion, undeleted } from "../../provider/plan/deletion.ts";
import { standings } from "../../provider/stack/standing.ts";
import { createStackView, type StackView } from "../../provider/stack/view.ts";
import { ownershipOf } from "../support/ownership.ts";
import { listedKey, listingOf, product, stateOfKey } from "../support/standing/worldOfKeys.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;
const A = ownershipOf("ours");
const B = ownershipOf("ours", { name: "b" });
const at = (hours: number) => isoSeconds(NOW + hours * HOUR);

/** K is deleted; it retired P. S is its successor, X another resource's key that may retire K or P, too. */
const FACTS = {
  deletionPolicy: ["revoke", "retain", "prevent"],
  successorPromises: ["no successor", "nothing", "an instant ahead", "an instant past"],
  overlapDeclaredOver: [false, true],
  resource: ["removed", "goes on"],
  unfinished: [undefined, "purge"],
  names: ["these", "another stack's", "no program"],
  retired: ["none", "ahead", "over", "in use"],
  retiredByAnother: ["no", "ahead", "over"],
  shown: ["before", "now, in use", "now, never used"],
  overlap: [undefined, "1d"],
} as const;
type Facts = ReturnType<typeof product<typeof FACTS>> extends Generator<infer Row> ? Row : never;

function worldOf(facts: Facts): { state: KeyState; plan: DeletionPlan; view: StackView } {
  const view = createStackView();
  view.identified("ours");
  const previous = facts.retired === "none" ? [] : [{ keyId: "P", revokeAfter: at(facts.retired === "over" ? -1 : 1) }];
  const { deletionPolicy, unfinished } = facts;
  const rotation = facts.overlap === undefined ? {} : { overlap: facts.overlap };
  const state = stateOfKey("K", A, {
    previous,
    deletionPolicy,
    rotation,
    ...(unfinished === undefined ? {} : { unfinished }),
  });
  view.showed(state);
  if (facts.names !== "no program")
    view.programRuns({ project: "proj", stack: facts.names === "these" ? "dev" : "copy" });
  if (facts.retired === "in use") view.keeps("P");
  if (facts.retiredByAnother !== "no") {
    const entry = { keyId: "P", revokeAfter: at(facts.retiredByAnother === "ahead" ? 2 : -2) };
    view.showed(stateOfKey("X", B, { previous: [entry] }));
  }
  const successor = facts.successorPromises !== "no successor";
  if (facts.resource !== "removed") view.declares(A.owner);
  if (successor) {
    const entry = { keyId: "K", revokeAfter: at(facts.successorPromises === "an instant ahead" ? 1 : -1) };
    view.made(stateOfKey("S", A), facts.successorPromises === "nothing" ? [] : [entry]);
  }
  if (facts.overlapDeclaredOver) view.overlapIsOver(["K"]);
  const about = { unseen: facts.shown !== "before", used: facts.shown !== "now, never used" };
  const listing = listingOf(["K", "P", "S", "X"].map((id) => listedKey(id, id === "X" ? B : A)));
  return { state, view, plan: planDeletion(state, { view, standings: standings(listing, view), now: NOW, ...about }) };
}

/** Sentences of the design, each with the rows it speaks of. */
const RULES: Readonly<Record<string, (facts: Facts, plan: DeletionPlan, about: { removed: boolean }) => boolean>> = {
  "a key that a live key retires until an instant ahead is left": (
    { successorPromises, overlapDeclaredOver },
    { key },
  ) => (key === "leave") === (successorPromises === "an instant ahead" && !overlapDeclaredOver),
  "prevent refuses removal, and nothing else": ({ deletionPolicy }, { key }, { removed }) =>
    (key === "refuse") === (removed && deletionPolicy === "prevent"),
  "retain lets go what is removed, and nothing else": ({ deletionPolicy }, { key }, { removed }) =>
    (key === "let go") === (removed && deletionPolicy === "retain"),
  "a key in use that its successor was made without knowing of is left to a person": (facts, { key }, { removed }) => {
    const forgotten =
      facts.shown === "now, in use" &&
      facts.successorPromises === "nothing" &&
      facts.overlap !== undefined &&
      facts.unfinished === undefined;
    return (key === "leave to a person") === (!removed && forgotten);
  },
  "what is replaced and has no overlap is revoked, whatever the policy": (facts, { key }, { removed }) =>
    removed || facts.successorPromises === "an instant ahead" || key === "leave to a person" || key === "revoke",
  "an unfinished incident goes on where the key is removed": ({ unfinished }, { revokesMarked }, { removed }) =>
    revokesMarked === (removed && unfinished === "purge"),
  "orphans are swept after a removal under the stack's own name": ({ names }, plan, { removed }) =>
    (plan.sweeps === A.owner) === (removed && names === "these" && plan.key === "revoke"),
  "a retired key in use is nobody's to revoke": ({ retired }, plan) =>
    plan.retired.length === (retired === "ahead" || retired === "over" ? 1 : 0),
  "a retired key that another retires until an instant ahead lives": ({ retiredByAnother }, { retired }) =>
    retired.every(({ fate }) => (fate === "retired by another") === (retiredByAnother === "ahead")),
  "else it is revoked once its overlap is over": (facts, { retired }) =>
    facts.retiredByAnother === "ahead" ||
    retired.every(({ fate }) => (fate === "overlap over") === (facts.retired === "over")),
  "else its successor to be made inherits it": (facts, { retired }) =>
    facts.retiredByAnother === "ahead" ||
    facts.retired === "over" ||
    retired.every(
      ({ fate }) =>
        (fate === "inherited") === (facts.resource !== "removed" && facts.successorPromises === "no successor"),
    ),
  "else it goes where the key goes": ({ retiredByAnother }, { key, retired }) =>
    retiredByAnother === "ahead" ||
    (retired.every(({ fate }) => fate !== "let go" || key === "let go" || key === "leave to a person") &&
      retired.every(
        ({ fate }) => fate !== "removed with its resource" || !["let go", "leave to a person"].includes(key),
      )),
};

test("what deleting a key comes to, over the product of all that may be known", () => {
  let rows = 0;
  const fates = new Set<string>();
  const wrong: unknown[] = [];
  for (const facts of product(FACTS)) {
    rows += 1;
    const { plan } = worldOf(facts);
    const promised = facts.successorPromises === "an instant ahead" || facts.successorPromises === "an instant past";
    const removed = !promised && facts.resource === "removed";
    for (const { fate } of plan.retired) fates.add(fate);
    fates.add(plan.key);
    for (const [rule, holds] of Object.entries(RULES))
      if (!holds(facts, plan, { removed })) wrong.push({ rule, facts, plan });
  }
  console.log(`planDeletion: ${rows} rows, ${Object.keys(RULES).length} rules`);
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(rows).toBe(20_736);
  expect([...fates].sort()).toEqual(
    [
      "inherited",
      "leave",
      "leave to a person",
      "let go",
      "overlap over",
      "refuse",
      "removed with its resource",
      "retired by another",
      "revoke",
    ].sort(),
  );
});

test("nothing is done to a key that this run took over, nor to one whose successor with an overlap is still to be made", () => {
  const DELETED = {
    made: [false, true],
    goesOn: ["no", "announced", "declared", "the program still runs"],
    incident: [false, true],
    overlaps: [false, true],
    name: [undefined, "n"],
    successor: [false, true],
  } as const;
  const seen: string[] = [];
  for (const { made, goesOn, incident, overlaps, name, successor } of product(DELETED)) {
    const view = createStackView();
    const state = stateOfKey("K", A, {
      name: "n",
      declared: name === undefined ? [] : ["name"],
      rotation: overlaps ? { overlap: "1d" } : {},
    });
    view.showed(state);
    if (goesOn === "announced") {
      const replacement = { owner: A.owner, keyId: "K", incident, overlaps };
      view.announced(name === undefined ? replacement : { ...replacement, name }, state);
    }
    if (goesOn === "declared") view.declares(A.owner);
    if (goesOn === "the program still runs") {
      view.registering(A.owner);
      view.registered(A.owner);
      view.registering(B.owner);
    }
    if (made) view.made(state, []);
    if (successor) view.made(stateOfKey("S", A), []);
    // Unannounced, nothing tells an incident.
    const compromised = goesOn === "announced" && incident;
    const waits = goesOn !== "no" && !compromised && overlaps && name === undefined && !successor;
    const wanted = made ? "taken over by this run" : waits ? "its successor is still to be made" : undefined;
    expect(undeleted(state, view)).toBe(wanted);
    seen.push(String(wanted));
  }
  expect(seen.length).toBe(128);
  expect(new Set(seen).size).toBe(3);
});
