import { liveMarked, type MarkedKey, nameOf, neverUsed } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import type { HandlerContext } from "../stack/context.ts";
import { knownListing } from "../stack/known.ts";
import { holderOf } from "../stack/view.ts";
import { revokeListed } from "./revoke.ts";

/**
 * Orphans: live keys that carry our identity and owner and stand in no state. Nothing on the server tells a
 * leftover from a key that another copy of the state knows, so a sweep asks for all of:
 * - the engine has read the whole state in this run, and this key wasn't in it;
 * - this process didn't make it, and no ledger holds it;
 * - the server says it was never used; its marker is readable and doesn't say `keep`.
 */
export interface Leftovers {
  /** Never used, in no state: nobody has the secret. */
  orphans: MarkedKey[];
  /** In no state that this run knows, but used (or the run can't tell): never ended by a sweep. */
  unexplained: MarkedKey[];
}

export function leftovers(
  context: HandlerContext,
  listing: Listing,
  owners: ReadonlySet<string>,
  ledger: ReadonlySet<string>,
): Leftovers {
  const { view } = context;
  const found: Leftovers = { orphans: [], unexplained: [] };
  for (const marked of liveMarked(listing)) {
    const { key, marker } = marked;
    // An owner is a hash of its identity; a mark that says otherwise is forged.
    if (view.identities.size > 0 && !view.identities.has(marker.identity)) continue;
    if (!owners.has(marker.owner) || view.has(key.id) || ledger.has(key.id)) continue;
    const orphan = view.stateIsRead && neverUsed(key) && !marker.keep && !view.isLetGo(key.id);
    (orphan ? found.orphans : found.unexplained).push(marked);
  }
  return found;
}

/**
 * Owners whose leftovers are this resource's to end: its own, and in the run in which an alias or a move takes effect the
 * one it had before, unless the program declares that one again. Not in later runs: a new resource of the old name may
 * then stand in a part of the state that `--exclude` leaves unread. Not across a changed project or stack name: that may
 * be a copy.
 */
export function sweptOwners(context: HandlerContext, news: KeyInputs, olds?: KeyState): Set<string> {
  const { owner, project, stack } = news.ownership;
  const owners = new Set([owner]);
  if (olds === undefined || olds.ownership.project !== project || olds.ownership.stack !== stack) return owners;
  const before = holderOf(olds);
  if (!context.view.isDeclared(before)) owners.add(before);
  return owners;
}

/** Ids in the ledgers of every key that this run has seen or made: they are explained. */
export function ledgerIds(context: HandlerContext, extra: readonly { keyId: string }[] = []): Set<string> {
  const ids = new Set(extra.map((entry) => entry.keyId));
  for (const { retired } of context.view.retirements()) for (const { keyId } of retired) ids.add(keyId);
  return ids;
}

/** Orphans in what this run has already listed. No request: `diff` calls it. */
export function strayIds(context: HandlerContext, olds: KeyState, news: KeyInputs): string[] {
  const listing = context.view.stateIsRead ? knownListing(context) : undefined;
  if (listing === undefined) return [];
  const owners = sweptOwners(context, news, olds);
  return leftovers(context, listing, owners, ledgerIds(context, olds.previous)).orphans.map(({ key }) => key.id);
}

/** Revokes the orphans of these owners, after a look at a fresh listing. */
export async function sweep(
  context: HandlerContext,
  owners: ReadonlySet<string>,
  ledger: ReadonlySet<string>,
  only: (marked: MarkedKey) => boolean = () => true,
): Promise<void> {
  const suspected = leftovers(context, await context.client.list("shared"), owners, ledger).orphans.filter(only);
  if (suspected.length === 0) return;
  const { orphans } = leftovers(context, await context.client.list("fresh"), owners, ledger);
  for (const orphan of orphans.filter(only)) await revokeOrphan(context, orphan);
}

export async function revokeOrphan(context: HandlerContext, { key, marker }: MarkedKey): Promise<void> {
  await revokeListed(context, key, marker.identity);
  context.log.warn(`revoked ${nameOf(key)}: no state holds it, and it was never used`);
}

/** Names keys that carry our owner, are in use, and stand in no state we know. Never ends one. */
export function warnUnexplained(context: HandlerContext, news: KeyInputs, found: Leftovers): void {
  const read = context.view.stateIsRead;
  for (const { key } of found.unexplained) {
    context.log.warn(
      read
        ? `${news.ownership.name}: ${nameOf(key)} carries this resource's mark and is not in this stack's state. ` +
            "Likely: a copied or restored stack, a state from which it was deleted, or a deletion that Pulumi skipped " +
            "(retainOnDelete, deletedWith). It was left alone; see `zkscore-keys reconcile`"
        : `${news.ownership.name}: ${nameOf(key)} carries this resource's mark, and this run hasn't read the state, so it ` +
            "can't tell whose it is. It was left alone; `pulumi up --refresh` tells, and revokes it if no state holds it",
    );
  }
}
