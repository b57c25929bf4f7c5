import { isLive, liveMarked, type MarkedKey, neverUsed } from "../../../provider/api/keyStatus.ts";
import type { Listing, RemoteKey } from "../../../provider/api/types.ts";
import { instantMs } from "../../../provider/domain/instant.ts";
import type { StackName, StackView } from "../../../provider/stack/view.ts";

/**
 * What the handlers answered before there was one classification, condition by condition as they stood in six places
 * (commit 6466cbb). A witness: `stack/standing.test.ts` holds `provider/stack/standing.ts` to it. Not to be tidied.
 * One rule is newer, `keeps`: what a cut-off run has made under `retain` was left alone.
 */
const keeps = (view: StackView, { keep, retires, owner }: MarkedKey["marker"]) =>
  keep && !retires.some(({ keyId }) => [...view.shown()].some((one) => one.keyId === keyId && one.holder === owner));

/** sweep.ts: leftovers */
export function leftovers(view: StackView, listing: Listing, owners: ReadonlySet<string>, ledger: ReadonlySet<string>) {
  const found: { orphans: MarkedKey[]; unexplained: MarkedKey[] } = { orphans: [], unexplained: [] };
  for (const marked of liveMarked(listing)) {
    const { key, marker } = marked;
    if (view.identities.size > 0 && !view.identities.has(marker.identity)) continue;
    if (!owners.has(marker.owner) || view.has(key.id) || ledger.has(key.id)) continue;
    const orphan = view.stateIsRead && neverUsed(key) && !keeps(view, marker) && !view.isLetGo(key.id);
    (orphan ? found.orphans : found.unexplained).push(marked);
  }
  return found;
}

/** sweep.ts: ledgerIds */
export function ledgerIds(view: StackView, extra: readonly { keyId: string }[] = []): Set<string> {
  const ids = new Set(extra.map((entry) => entry.keyId));
  for (const { retired } of view.retirements()) for (const { keyId } of retired) ids.add(keyId);
  return ids;
}

/** identity.ts: nameOrphans. What it named as never used, and as in use. */
export function nameOrphans(view: StackView, listing: Listing, identity: string, name: StackName) {
  const ledger = ledgerIds(view);
  const unread = [...liveMarked(listing)].filter(
    ({ key, marker }) =>
      marker.identity === identity && sameStack(marker, name) && !view.isShown(key.id) && !ledger.has(key.id),
  );
  return {
    unused: unread.filter(({ key, marker }) => !keeps(view, marker) && neverUsed(key)),
    used: unread.filter(({ key, marker }) => !keeps(view, marker) && !neverUsed(key)),
  };
}

/** identity.ts: removeIdentity. What it revoked, and what it named. */
export function removeIdentity(
  view: StackView,
  listing: Listing,
  state: StackName & { identity: string; copied?: boolean },
) {
  const mine = [...liveMarked(listing)].filter(
    ({ key, marker }) => marker.identity === state.identity && !view.isLetGo(key.id),
  );
  const isOrphan = ({ key, marker }: MarkedKey) =>
    state.copied !== true && sameStack(marker, state) && neverUsed(key) && !marker.keep && !view.isShown(key.id);
  const staying = mine.filter((marked) => !isOrphan(marked));
  const isSpared = ({ key, marker }: MarkedKey) =>
    staying.some(
      (other) => other.marker.owner === marker.owner && other.marker.retires.some(({ keyId }) => keyId === key.id),
    );
  const orphans = mine.filter((marked) => isOrphan(marked) && !isSpared(marked));
  return { orphans, named: mine.filter((marked) => !orphans.includes(marked) && !marked.marker.keep) };
}

/** adopt.ts: claimOf */
export function claimOf(
  view: StackView,
  ownership: { identity: string; owner: string },
  key: RemoteKey,
  listing: Listing,
): string | undefined {
  const others = [...view.shown()].filter(({ holder }) => holder !== ownership.owner);
  const names = (entries: readonly { keyId: string }[]) => entries.some(({ keyId }) => keyId === key.id);
  if (others.some(({ keyId }) => keyId === key.id)) return "another resource of this stack has it";
  if (others.some(({ previous }) => names(previous))) return "another resource of this stack retires it";
  if (view.stateIsRead) return undefined;
  const marks = [...liveMarked(listing)].filter(({ marker: { identity, owner } }) => {
    return identity === ownership.identity && owner !== ownership.owner;
  });
  if (marks.some((marked) => marked.key.id === key.id)) return "it carries the mark of another resource of this stack";
  return marks.some(({ marker }) => names(marker.retires)) ? "another resource of this stack retires it" : undefined;
}

/** purge.ts: endMarked. What it revoked, or that it asked for a refresh. */
export function endMarked(view: StackView, listing: Listing, owner: string, spared: ReadonlySet<string>) {
  const { orphans, unexplained } = leftovers(view, listing, new Set([owner]), ledgerIds(view));
  const others = [...orphans, ...unexplained].filter(({ key }) => !spared.has(key.id));
  return { others, needsRefresh: others.length > 0 && !view.stateIsRead };
}

/** ledger.ts: retiredUntil */
export function retiredUntil(
  view: StackView,
  listing: Listing,
  keyId: string,
  except: ReadonlySet<string>,
): number | undefined {
  const instants = [...view.everRetired()].flatMap(({ holder, retired }) => {
    if (except.has(holder)) return [];
    const key = listing.keys.get(holder);
    if (key === undefined ? !view.isMade(holder) : !isLive(key)) return [];
    return retired.flatMap((entry) => (entry.keyId === keyId ? (instantMs(entry.revokeAfter) ?? []) : []));
  });
  return instants.length === 0 ? undefined : Math.max(...instants);
}

function sameStack({ project, stack }: StackName, name: StackName): boolean {
  return project === name.project && stack === name.stack;
}
