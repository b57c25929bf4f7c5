import type { LifeStatus } from "../domain/inputs.ts";
import { decodeMarker, type Marker } from "../domain/marker.ts";
import { shown } from "../domain/shown.ts";
import type { Listing, RemoteKey } from "./types.ts";

/** Usable, or could be made so again: `inactive` is a suspension that someone may lift. */
export function isLive(key: RemoteKey): boolean {
  const status = lifeStatus(key);
  return status === "active" || status === "inactive";
}

/** A status we don't know counts as `inactive`: live as far as leftovers go, not proven usable. */
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

/** Live keys whose marker can be read. */
export function* liveMarked(listing: Listing): Iterable<MarkedKey> {
  for (const key of listing.keys.values()) {
    const marker = isLive(key) ? decodeMarker(key.metadata) : undefined;
    if (marker !== undefined) yield { key, marker };
  }
}

/** The server's clock now: its last answer's timestamp and the time passed here since. */
export function serverNow(listing: Listing, monotonic: number): number {
  return listing.serverTime + Math.max(0, monotonic - listing.fetchedAt);
}

/** Whether the key has this name. A server may show names in another case. */
export function isNamed(key: RemoteKey, name: string): boolean {
  return key.name.trim().toLowerCase() === name.toLowerCase();
}

/** A key in a message: its id and its name, both public. */
export function nameOf(key: RemoteKey): string {
  return `key ${shown(key.id)} ("${shown(key.name)}")`;
}
