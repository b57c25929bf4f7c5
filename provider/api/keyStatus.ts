import type { LifeStatus } from "../domain/inputs.ts";
import { decodeMarker, type Marker } from "../domain/marker.ts";
import { shown } from "../domain/shown.ts";
import type { Listing, RemoteKey } from "./types.ts";

/** Usable, or could be made so again: `inactive` is a suspension that someone may lift. */
export function isLive(key: RemoteKey): boolean {
  const status = lifeStatus(key);
  return status === "active" || status === "inactive";
}

/** A status we don't know counts as `inactive`: live, not proven usable. */
export function lifeStatus(key: RemoteKey): Exclude<LifeStatus, "missing"> {
  const status = key.status.trim().toLowerCase();
  return status === "active" || status === "expired" || status === "revoked" ? status : "inactive";
}

/** Never used, and the server says so: where it doesn't give its counts, a key counts as used. */
export function neverUsed(key: RemoteKey): boolean {
  return !key.lastUsed && !key.usage?.lastRequestAt && key.usage?.totalRequests === 0;
}

export interface MarkedKey {
  key: RemoteKey;
  marker: Marker;
}

const markers = new WeakMap<RemoteKey, Marker | undefined>();

/** The marker of a key, decoded once: a listing is looked at for every key of a stack. */
export function markerOf(key: RemoteKey | undefined): Marker | undefined {
  if (key === undefined) return undefined;
  if (!markers.has(key)) markers.set(key, decodeMarker(key.metadata));
  return markers.get(key);
}

/** The key of this id, if the listing shows it as live. */
export function liveIn(listing: Listing, keyId: string): RemoteKey | undefined {
  const key = listing.keys.get(keyId);
  return key !== undefined && isLive(key) ? key : undefined;
}

/** Live keys whose marker can be read. */
export function* liveMarked(listing: Listing): Iterable<MarkedKey> {
  for (const key of listing.keys.values()) {
    const marker = isLive(key) ? markerOf(key) : undefined;
    if (marker !== undefined) yield { key, marker };
  }
}

/** The server's clock now: its last answer's timestamp and the time passed here since. */
export function serverNow(listing: Listing, monotonic: number): number {
  return listing.serverTime + Math.max(0, monotonic - listing.fetchedAt);
}

/** Whether the key has this name. A server may show names in another case. */
export function hasName(key: RemoteKey, name: string): boolean {
  return key.name.trim().toLowerCase() === name.toLowerCase();
}

/** A key in a message: its id and its name, both public. */
export function nameOf(key: RemoteKey): string {
  return `key ${shown(key.id)} ("${shown(key.name)}")`;
}
