import type { Listing } from "../api/types.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { type Orphan, sameStack, standings } from "../stack/standing.ts";
import { holderOf, type StackView } from "../stack/view.ts";

/**
 * Owners whose orphans are this resource's to revoke: its own, and in the run in which an alias or a move takes effect the
 * one it had before, unless the program declares that one again. Not in later runs: a new resource of the old name may
 * then stand in a part of the state that `--exclude` leaves unread. Not across a changed project or stack name: that may
 * be a copy.
 */
export function sweptOwners(view: StackView, news: KeyInputs, olds?: KeyState): Set<string> {
  const owners = new Set([news.ownership.owner]);
  if (olds === undefined || !sameStack(olds.ownership, news.ownership)) return owners;
  const before = holderOf(olds);
  if (!view.isDeclared(before)) owners.add(before);
  return owners;
}

/** Orphans of these owners that nothing speaks against revoking. `planned`: what the key about to be made will retire. */
export function sweepable(
  view: StackView,
  listing: Listing,
  owners: ReadonlySet<string>,
  planned: readonly { keyId: string }[] = [],
): Orphan[] {
  const orphans = standings(listing, view, { planned }).orphansOf(owners);
  return orphans.filter(({ doubts }) => doubts.length === 0);
}

/** Whether this resource has orphans in what the run has listed already, if it has read the state. */
export function hasOrphans(view: StackView, listing: Listing | undefined, olds: KeyState, news: KeyInputs): boolean {
  if (listing === undefined || !view.stateIsRead) return false;
  return sweepable(view, listing, sweptOwners(view, news, olds), olds.previous).length > 0;
}
