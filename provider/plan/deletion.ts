import type { KeyState, Retired } from "../domain/inputs.ts";
import { hasOverlap, overOf } from "../domain/rotation.ts";
import { type Standings, sameStack } from "../stack/standing.ts";
import { isIncident, type StackView, sightingOf } from "../stack/view.ts";

/** What `delete` knows when it decides. `now`: the server's clock (epoch ms). */
export interface DeletionFacts {
  view: StackView;
  standings: Standings;
  now: number;
  /** The engine shows this key for the first time in this run; when its successor was made, nobody knew of it. */
  unseen: boolean;
  /** Somebody has its secret, or the server doesn't say that nobody has. */
  used: boolean;
}

/** What becomes of the key itself. */
export type KeyFate =
  /** A key that lives retires it until an instant ahead, and revokes it then. */
  | "leave"
  /** Its successor was made without knowing of it, so no key retires it: it lives on, and is named. */
  | "leave to a person"
  /** `deletionPolicy: prevent`. */
  | "refuse"
  /** `deletionPolicy: retain`: it lives on, and no stack manages it. */
  | "let go"
  | "revoke";

/** What becomes of a key that this one replaced. */
export type RetiredFate =
  /** Another key retires it, until an instant ahead. */
  | "retired by another"
  /** The successor of this key, still to be made, retires it. */
  | "inherited"
  /** It lives on with the key that is let go. */
  | "let go"
  | "overlap over"
  | "removed with its resource";

/** What deleting a key comes to. */
export interface DeletionPlan {
  key: KeyFate;
  retired: readonly { entry: Retired; fate: RetiredFate }[];
  /** Keys that are revoked, or left alone, with this one: none of them keeps another alive. */
  going: ReadonlySet<string>;
  /** An incident that isn't finished: every other key with this resource's mark is revoked as well. */
  revokesMarked: boolean;
  /** The owner whose orphans are revoked afterwards: nothing asks for it any more. */
  sweeps?: string;
}

/** Why `delete` does nothing at all, before it looks at the account. */
export type Undeleted = "taken over by this run" | "its successor is still to be made";

/**
 * Pure. A key that this same run has taken over stays. So does one that the engine deletes first although no name forbids
 * two keys (its options say so, or it depends on something that is deleted first): the overlap still holds, and the
 * key that is still to be made retires this one. The engine announces that by `diff`, but not under `--replace`, taint,
 * `replacementTrigger` and `replaceWith`.
 *
 * Not guaranteed: that it is revoked where that key is never made, because the resource is removed before: the next
 * refreshed `up` names it.
 */
export function undeleted(state: KeyState, view: StackView): Undeleted | undefined {
  if (view.isMade(state.keyId)) return "taken over by this run";
  const replacement = view.replacementOf(state.keyId) ?? {
    overlaps: view.resourceGoesOn(state) && hasOverlap(state.rotation),
    incident: false,
    name: state.declared.includes("name") ? state.name : undefined,
  };
  const waits = replacement.overlaps && !replacement.incident && replacement.name === undefined;
  return waits && !view.hasSuccessor(state) ? "its successor is still to be made" : undefined;
}

/**
 * Pure. What this key retired is decided first, the key itself last. A key that a live key retires until an instant ahead
 * stays until then. `prevent` and `retain` govern removal, not replacement.
 */
export function planDeletion(state: KeyState, facts: DeletionFacts): DeletionPlan {
  const { view, standings, now } = facts;
  const previous = retiredNow(state, view);
  const going = new Set([state.keyId, ...previous.map(({ keyId }) => keyId)]);
  const until = standings.retiredUntil(state.keyId, going);
  const removed = until === undefined && !view.resourceGoesOn(state);
  const key = keyFate(state, { until, removed }, facts);
  // Where the old key goes first, its successor, still to be made, retires what isn't over.
  const inherits = view.resourceGoesOn(state) && !view.hasSuccessor(state);
  const fateOf = (entry: Retired): RetiredFate => {
    const settled = view.isOver(entry.keyId);
    const over = settled || overOf([entry], now).length > 0;
    if (!settled && (standings.retiredUntil(entry.keyId, going) ?? 0) > now) return "retired by another";
    if (over) return "overlap over";
    if (inherits) return "inherited";
    return key === "let go" || key === "leave to a person" ? "let go" : "removed with its resource";
  };
  // Not in a copied stack: there the mark is the original's, and so may the key be.
  const original = view.stack !== undefined && sameStack(state.ownership, view.stack);
  return {
    key,
    retired: previous.map((entry) => ({ entry, fate: fateOf(entry) })),
    going,
    revokesMarked: removed && state.unfinished === "purge",
    ...(removed && original && key === "revoke" ? { sweeps: view.holderOf(state) } : {}),
  };
}

/** What this key retired, without what the program goes on with. */
export function retiredNow(state: KeyState, view: StackView): Retired[] {
  return state.previous.filter(({ keyId }) => !view.inUse(keyId));
}

function keyFate(
  state: KeyState,
  { until, removed }: { until: number | undefined; removed: boolean },
  facts: DeletionFacts,
): KeyFate {
  const { view, now } = facts;
  if (removed && state.deletionPolicy === "prevent") return "refuse";
  if (removed && state.deletionPolicy === "retain") return "let go";
  if (until !== undefined && until > now && !view.isOver(state.keyId)) return "leave";
  return !removed && until === undefined && isForgotten(state, facts) ? "leave to a person" : "revoke";
}

/**
 * Where a run fails after it has deleted a key first, and before it has made the new one, the engine shows that key to no
 * refresh and no `diff` of the next run. It makes the new one, and then deletes the old one once more: a key in use whose
 * overlap nobody could promise.
 */
function isForgotten(state: KeyState, { view, unseen, used }: DeletionFacts): boolean {
  const successor = view.madeFor(view.holderOf(state));
  if (!unseen || !used || successor === undefined || !hasOverlap(state.rotation)) return false;
  return !isIncident(sightingOf(state), successor);
}
