import { liveMarked, type MarkedKey } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { encodeMarker } from "../domain/marker.ts";
import type { HandlerContext } from "./context.ts";
import type { ListedKey } from "./facts.ts";

/**
 * What this run has listed already, for handlers that make no request: this process's listing, or what another process of
 * the run told of its own. The latter holds live keys with this stack's mark only, and proves nothing about the others.
 */
export function knownListing({ client, view, clock }: HandlerContext): Listing | undefined {
  const own = client.known();
  if (own !== undefined || view.listedElsewhere === undefined) return own;
  const keys = new Map(view.listedElsewhere.map((key) => [key.id, remoteKey(key)]));
  const serverTime = clock.now() + (view.serverAheadMs ?? 0);
  return { keys, serverTime, fetchedAt: clock.monotonic(), complete: false };
}

const told = new WeakSet<Listing>();

/** Tells the other processes of this run what this one has listed of the stack. Once a listing. */
export function tellListing({ client, view }: HandlerContext, identity: string): void {
  const listing = client.known();
  if (listing === undefined || told.has(listing)) return;
  told.add(listing);
  const ours = [...liveMarked(listing)].filter(({ marker }) => marker.identity === identity);
  view.listed(ours.map(listedKey));
}

function listedKey({ key, marker }: MarkedKey): ListedKey {
  const { id, name, status, createdAt, lastUsed, usage } = key;
  return {
    ...{ id, name, status, createdAt, metadata: encodeMarker(marker) },
    ...(lastUsed ? { lastUsed } : {}),
    ...(usage?.lastRequestAt ? { lastRequestAt: usage.lastRequestAt } : {}),
    ...(usage ? { totalRequests: usage.totalRequests } : {}),
  };
}

function remoteKey({ totalRequests, lastRequestAt, ...key }: ListedKey): RemoteKey {
  return {
    ...key,
    permissions: [],
    ...(totalRequests === undefined ? {} : { usage: { totalRequests, lastRequestAt } }),
  };
}
