import { isLive, liveMarked, type MarkedKey, markerOf, neverUsed } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { instantMs } from "../domain/instant.ts";
import type { Marker } from "../domain/marker.ts";
import type { StackName, StackView } from "./view.ts";

/**
 * Why an orphan isn't simply revoked. Nothing on the server tells what a killed run left behind from a key that another
 * copy of the state holds:
 * - `used`: somebody has its secret, or the server doesn't say that nobody has;
 * - `state not read`: it may stand in a part of the state that this run hasn't been shown;
 * - `made under retain`: its mark says that it outlives its resource. Not where that resource still has the key that this
 *   one was made to replace: then the run that made it was cut off, and nobody has its secret;
 * - `other names`: its mark names another project or stack, so it may be a copy's, or the original's.
 */
export type Doubt = "used" | "state not read" | "made under retain" | "other names";

/** A live key with a mark of this stack that no state holds and none retires. Without a doubt, it may be revoked. */
export interface Orphan extends MarkedKey {
  doubts: readonly Doubt[];
}

/** What a live key is to this stack. Ids prove it; a mark only makes an orphan of what would else be foreign. */
export type Standing =
  /** A resource has it: the state says so, or this run has made it. */
  | { is: "held"; by: string }
  /** Keys that stand in the state, or that this run has made, have replaced it and revoke it once its time has come. */
  | { is: "retired"; by: readonly string[] }
  /** Let go under `deletionPolicy: retain`, by this run. */
  | { is: "let go" }
  | { is: "orphan"; marker: Marker; doubts: readonly Doubt[] }
  | { is: "foreign" };

/** What changes the question. */
export interface Asked {
  /** Keys that the key about to be made will retire. */
  planned?: readonly { keyId: string }[];
  /** The names that marks of this stack carry. Default: not compared (an owner says more than the names). */
  names?: StackName;
  /**
   * The stack itself goes, and its state was shown key by key as it went. What its keys retired has nobody left who would
   * revoke it later: it counts as an orphan.
   */
  stackGoes?: boolean;
}

/** The standings of an account's live keys, at this moment: handlers run at once, so ask anew after every `await`. */
export interface Standings {
  of(key: RemoteKey): Standing;
  /** Orphans with the mark of one of these owners. */
  orphansOf(owners: ReadonlySet<string>): Orphan[];
  /** Every live key with this stack's mark, of any owner. */
  ofIdentity(identity: string): (MarkedKey & { standing: Standing })[];
  /**
   * The instant (epoch ms) until which the key may live: the latest that a live key of the state, or one that this run
   * made, has promised. `without`: keys that go together, so none of them keeps another alive. Not age, not old outputs, not
   * marks, which anyone may write.
   */
  retiredUntil(keyId: string, without?: ReadonlySet<string>): number | undefined;
}

/** The one classification of live keys. Pure: everything that the handlers revoke, spare or name follows from it. */
export function standings(listing: Listing, view: StackView, asked: Asked = {}): Standings {
  const retiredBy = new Map<string, string[]>();
  const retire = (keyId: string, holder: string) => retiredBy.set(keyId, [...(retiredBy.get(keyId) ?? []), holder]);
  if (asked.stackGoes !== true) {
    for (const { holder, retired } of view.retirements()) for (const { keyId } of retired) retire(keyId, holder);
    for (const { keyId } of asked.planned ?? []) if (!retiredBy.has(keyId)) retiredBy.set(keyId, []);
  }

  const of = (key: RemoteKey): Standing => {
    if (view.isLetGo(key.id)) return { is: "let go" };
    const owner = view.ownerOf(key.id);
    if (owner !== undefined) return { is: "held", by: owner };
    const by = retiredBy.get(key.id);
    if (by !== undefined) return { is: "retired", by };
    const marker = markerOf(key);
    if (marker === undefined || !isOurs(marker, view)) return { is: "foreign" };
    return { is: "orphan", marker, doubts: doubtsAbout({ key, marker }, view, asked) };
  };

  return {
    of,
    orphansOf: (owners) =>
      [...liveMarked(listing)].flatMap((marked) => {
        if (!owners.has(marked.marker.owner)) return [];
        const standing = of(marked.key);
        return standing.is === "orphan" ? [{ ...marked, doubts: standing.doubts }] : [];
      }),
    ofIdentity: (identity) =>
      [...liveMarked(listing)]
        .filter(({ marker }) => marker.identity === identity)
        .map((marked) => ({ ...marked, standing: of(marked.key) })),
    retiredUntil(keyId, without = new Set()) {
      const instants = [...view.everRetired()].flatMap(({ holder, retired }) => {
        if (without.has(holder)) return [];
        const key = listing.keys.get(holder);
        // A listing that doesn't show yet what this run has made lags behind.
        if (key === undefined ? !view.isMade(holder) : !isLive(key)) return [];
        return retired.flatMap((entry) => (entry.keyId === keyId ? (instantMs(entry.revokeAfter) ?? []) : []));
      });
      return instants.length === 0 ? undefined : Math.max(...instants);
    },
  };
}

/** An owner is a hash of its identity, so a mark that names another identity is forged. Unknown where none was shown. */
function isOurs({ identity }: Marker, { identities }: StackView): boolean {
  return identities.size === 0 || identities.has(identity);
}

function doubtsAbout({ key, marker }: MarkedKey, view: StackView, { names, stackGoes }: Asked): Doubt[] {
  const doubts: [Doubt, boolean][] = [
    ["used", !neverUsed(key)],
    ["state not read", stackGoes !== true && !view.stateIsRead],
    ["made under retain", marker.keep && (stackGoes === true || !succeedsHeld(marker, view))],
    ["other names", names !== undefined && !sameStack(marker, names)],
  ];
  return doubts.flatMap(([doubt, holds]) => (holds ? [doubt] : []));
}

/** Its mark retires a key that the same resource has in the state. */
function succeedsHeld({ owner, retires }: Marker, view: StackView): boolean {
  return retires.some(({ keyId }) => view.isShown(keyId) && view.ownerOf(keyId) === owner);
}

/** In a copied or renamed stack a key under other names may be the other one's. */
export function sameStack(a: StackName, b: StackName): boolean {
  return a.project === b.project && a.stack === b.stack;
}
