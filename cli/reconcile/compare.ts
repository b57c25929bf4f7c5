import { isLive, markerOf, neverUsed } from "../../provider/api/keyStatus.ts";
import type { Listing, RemoteKey } from "../../provider/api/types.ts";
import { instantMs } from "../../provider/domain/instant.ts";
import type { Marker } from "../../provider/domain/marker.ts";
import { shown } from "../../provider/domain/shown.ts";
import type { ExportedState } from "../exportedState.ts";

/**
 * What a live key of the account is to the states that were given:
 * - `managed`: it stands in one of them; `retired`: a key that stands there replaced it, and it lives until an instant;
 * - `pending`: an operation on it, or on its resource, was begun and has not ended;
 * - `orphaned`: it carries a given stack's mark and is in no given state; `kept`: so, and marked as made under `retain`;
 * - `elsewhere`: it carries the identity of a given stack and the name of one that was not given: a copy, or a rename;
 * - `foreign`: it carries no mark, or another identity's.
 * Ids prove, marks only hint: whoever may create keys may write any mark. A mark never keeps an orphan from being revoked.
 */
export const RELATIONS = ["managed", "retired", "pending", "orphaned", "kept", "elsewhere", "foreign"] as const;
export type Relation = (typeof RELATIONS)[number];

export interface Finding {
  key: RemoteKey;
  marker: Marker | undefined;
  relation: Relation;
  /** Of a retired key. */
  until?: string;
  /** It ends by itself within the time asked for. */
  expiring: boolean;
  /** Nobody has used it, by the server's own count. */
  neverUsed: boolean;
  /** Of an orphan: why it must not be revoked now. */
  hold?: string;
  /** What a mark says of it, which proves nothing. */
  hint?: string;
}

/** A key that is in a state and that the account doesn't have as a live one. */
export interface Missing {
  keyId: string;
  urn: string;
  /** `absent`, or the status the account gives. */
  status: string;
}

export interface Comparison {
  findings: Finding[];
  missing: Missing[];
}

/** Compares a complete listing with states. `expiringMs`: how far ahead an end counts as near. */
export function compare(listing: Listing, states: readonly ExportedState[], expiringMs: number): Comparison {
  const managed = new Set(states.flatMap((state) => state.keys.map((key) => key.keyId)));
  const retired = new Map(
    states.flatMap((state) => state.keys.flatMap((key) => key.previous.map((one) => [one.keyId, one.revokeAfter]))),
  );
  const findings = [...listing.keys.values()].filter(isLive).map((key): Finding => {
    const marker = markerOf(key);
    const until = retired.get(key.id);
    const relation = managed.has(key.id) ? "managed" : until !== undefined ? "retired" : relate(key, marker, states);
    const hold = relation === "orphaned" ? holdOf(key, marker, states, listing) : undefined;
    const hint =
      relation === "orphaned" ? retiredByMark(key, listing) : relation === "kept" ? keptByMark(key) : undefined;
    const ends = instantMs(key.expiry ?? "");
    return {
      key,
      marker,
      relation,
      ...(relation === "retired" && until !== undefined ? { until } : {}),
      expiring: ends !== undefined && ends - listing.serverTime <= expiringMs,
      neverUsed: neverUsed(key),
      ...(hold === undefined ? {} : { hold }),
      ...(hint === undefined ? {} : { hint }),
    };
  });
  return { findings, missing: missingFrom(listing, states) };
}

function relate(key: RemoteKey, marker: Marker | undefined, states: readonly ExportedState[]): Relation {
  if (states.some((state) => state.pendingIds.has(key.id))) return "pending";
  if (marker === undefined) return "foreign";
  if (states.some((state) => state.pendingOwners.has(marker.owner))) return "pending";
  const same = states.filter((state) => state.identities.has(marker.identity));
  if (same.length === 0) return "foreign";
  if (!same.some((state) => state.stack === `${marker.project}/${marker.stack}`)) return "elsewhere";
  return marker.keep ? "kept" : "orphaned";
}

/** An orphan that may only look like one: a newer state than the given one may hold it. */
function holdOf(
  key: RemoteKey,
  marker: Marker | undefined,
  states: readonly ExportedState[],
  listing: Listing,
): string | undefined {
  const written = states
    .filter((state) => marker !== undefined && state.identities.has(marker.identity))
    .filter((state) => state.stack === `${marker?.project}/${marker?.stack}`)
    .map((state) => state.writtenAt);
  const created = instantMs(key.createdAt);
  const newest = Math.max(...written.map((at) => at ?? Number.NEGATIVE_INFINITY));
  // A state from the server's future was written by a clock that is ahead, by at least this much.
  const ahead = Math.max(0, newest - listing.serverTime);
  if (created === undefined || created >= newest - 2 * ahead) {
    return "it is newer than the state, which may be that of a run under way: run `pulumi up --refresh`, then export again";
  }
  return undefined;
}

/** Likely a copy or a moved key, whose state was not given; or a forged mark. */
function retiredByMark({ id }: RemoteKey, listing: Listing): string | undefined {
  const says = [...listing.keys.values()].find(
    (key) => isLive(key) && markerOf(key)?.retires.some(({ keyId }) => keyId === id),
  );
  return says === undefined
    ? undefined
    : `the mark of key ${shown(says.id)} says that it retires it: if you know that key, give its stack's state`;
}

function keptByMark(key: RemoteKey): string | undefined {
  return isWide(key)
    ? "only its mark says so, and it may do more than read: if you let it go, say so with --kept"
    : undefined;
}

/** True if it may do more than read. */
export function isWide({ permissions }: RemoteKey): boolean {
  return permissions.some(({ resource, actions }) => resource === "all" || actions.some((action) => action !== "read"));
}

function missingFrom(listing: Listing, states: readonly ExportedState[]): Missing[] {
  return states
    .flatMap((state) => state.keys)
    .flatMap(({ keyId, urn, pendingDelete }) => {
      const key = listing.keys.get(keyId);
      // One that waits for its deletion is allowed to be gone.
      if (pendingDelete || (key !== undefined && isLive(key))) return [];
      return [{ keyId, urn, status: key?.status ?? "absent" }];
    });
}
