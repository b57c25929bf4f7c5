import { liveIn, neverUsed } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import type { Adopt, KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { isoSeconds } from "../domain/instant.ts";
import { overOf } from "../domain/rotation.ts";
import type { Sighting } from "../stack/facts.ts";
import { type Orphan, standings } from "../stack/standing.ts";
import { isIncident, type StackView, sightingOf } from "../stack/view.ts";
import { retiredBy } from "./retirement.ts";
import { sweptOwners } from "./sweep.ts";

/** What `create` knows when it decides. `now`: the server's clock (epoch ms). */
export interface CreationFacts {
  view: StackView;
  listing: Listing;
  now: number;
}

/** What making a key comes to. */
export interface CreationPlan {
  /** Keys of this resource that the new one replaces. */
  replaces: readonly Sighting[];
  /** The key to take over; without its secret a new key is made, which retires that one. Absent: a new key. */
  adopts?: Adopt;
  /** Keys that stay alive until an instant, which the new key's mark and state promise. */
  retires: readonly Retired[];
  /** They were declared compromised: revoked as soon as the new key exists. */
  revokesNow: readonly Retired[];
  /** Their overlap is over, and no `delete` of theirs is to come. */
  revokesOwed: readonly string[];
  /** The replaced key was declared compromised: no other key of this resource stays. */
  incident: boolean;
  /** Keys with this resource's mark that no state holds. */
  orphans: readonly Orphan[];
  /**
   * Orphans in use, where this run can't tell whether the state holds them: neither a refresh nor `diff` has shown any key
   * of this resource. A new key would cost them their overlap, so none is made.
   */
  mayBeHeld: readonly Orphan[];
}

/** Pure. `superseded`: the key that `diff` has said is replaced. */
export function planCreation(inputs: KeyInputs, facts: CreationFacts): CreationPlan {
  const { view, listing, now } = facts;
  const { owner } = inputs.ownership;
  const superseded = view.supersededBy(owner);
  // Under `--replace` and `taint` no `diff` says what is replaced.
  const replaces = superseded === undefined ? view.keysOf(owner) : [sightingOf(superseded)];
  const incident = replaces.length > 0 && replaces.every((key) => isIncident(key, inputs));
  const adopts = adoptsNow(view, inputs, superseded) ? inputs.adopt : undefined;
  const retired = retiredBy(inputs, replaces, adopts, facts);
  // An incident is about this resource's keys: a key adopted without its secret keeps its overlap.
  const retires = incident ? retired.filter(({ keyId }) => keyId === adopts?.keyId) : retired;
  const orphans = standings(listing, view, { planned: retired }).orphansOf(sweptOwners(view, inputs, superseded));
  const unread = superseded === undefined && !view.stateIsRead;
  return {
    replaces,
    ...(adopts === undefined ? {} : { adopts }),
    retires,
    revokesNow: atOnce(
      retired.filter((entry) => !retires.includes(entry)),
      now,
    ),
    revokesOwed: incident ? [] : owed(replaces, retires, facts),
    incident,
    orphans,
    mayBeHeld: unread
      ? orphans.filter(({ key, marker }) => marker.owner === owner && !neverUsed(key) && key.id !== adopts?.keyId)
      : [],
  };
}

/**
 * Once the adopted key is ours, a replacement makes a new key: adopting the predecessor, which the engine then deletes,
 * would end with no key at all. Where the state isn't known (`--replace` without a refresh) the key is adopted again, and
 * `delete` of this run leaves it alone.
 */
function adoptsNow(view: StackView, inputs: KeyInputs, superseded: KeyState | undefined): boolean {
  const wanted = inputs.adopt?.keyId;
  if (wanted === undefined || view.isMade(wanted)) return false;
  const known = [...(superseded === undefined ? [] : [sightingOf(superseded)]), ...view.keysOf(inputs.ownership.owner)];
  return !known.some((key) => key.keyId === wanted || key.adopted === wanted);
}

/** Instants in the past by more than the clocks of the API's nodes may differ: the next run revokes what this one can't. */
function atOnce(entries: readonly Retired[], now: number): Retired[] {
  return entries.map(({ keyId }) => ({ keyId, revokeAfter: isoSeconds(now - 60_000) }));
}

/**
 * Where the engine deletes first, the key that retired these is gone before its successor is made, perhaps in an earlier
 * run: nobody else revokes them.
 */
function owed(
  replaces: readonly Sighting[],
  retires: readonly Retired[],
  { view, listing, now }: CreationFacts,
): string[] {
  const isToBeDeleted = ({ keyId }: Sighting) => liveIn(listing, keyId) !== undefined && !view.waitsForSuccessor(keyId);
  return replaces.some(isToBeDeleted) ? [] : overOf(retires, now).map(({ keyId }) => keyId);
}
