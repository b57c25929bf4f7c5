import type { Clock } from "../domain/clock.ts";
import type { Listing, RemoteKey } from "./types.ts";

/** How long a failed listing answers further `shared` calls, so that an outage with 100 reads isn't 100 outages. */
const FAILURE_MEMORY_MS = 1_000;

/** Changes a snapshot of keys after a write of our own. */
export type Write = (keys: Map<string, RemoteKey>) => void;

/** The run's one listing. */
export interface ListingStore {
  shared(): Promise<Listing>;
  fresh(): Promise<Listing>;
  /** Records a committed write of our own: in the shared listing, and in one that is under way. */
  write(keyId: string, change: Write): void;
  /** What `shared` would answer without a request. */
  known(): Listing | undefined;
  /** Whether this client has seen the key in this account. */
  hasSeen(keyId: string): boolean;
}

/**
 * One fetch at a time. `fresh` joins only a fetch that hasn't started, so what it answers was asked after the call;
 * 100 calls at once are one request, 100 calls during a fetch are one more.
 *
 * Snapshots are never changed once handed out. Not guaranteed: that a listing under way, asked before our write and
 * answered after it, is right about *other* writers' changes to the same key.
 */
export function createListingStore(clock: Clock, fetchAll: () => Promise<Listing>): ListingStore {
  let current: Listing | undefined;
  let running: Promise<Listing> | undefined;
  let queued: Promise<Listing> | undefined;
  let failure: { error: unknown; at: number } | undefined;
  let writesInFlight: Write[] = [];
  const seen = new Set<string>();

  async function fetchOne(): Promise<Listing> {
    writesInFlight = []; // older ones are committed, and this fetch asks after them
    try {
      const fetched = await fetchAll();
      const landed = apply(fetched, writesInFlight);
      for (const id of landed.keys.keys()) seen.add(id);
      current = landed;
      failure = undefined;
      return landed;
    } catch (error) {
      failure = { error, at: clock.monotonic() };
      throw error;
    }
  }

  function enqueue(): Promise<Listing> {
    if (queued !== undefined) return queued;
    const before = running ?? Promise.resolve();
    const mine: Promise<Listing> = before
      .catch(() => undefined)
      .then(() => {
        // From here on a newer `fresh` call must not join.
        queued = undefined;
        running = mine;
        return fetchOne();
      })
      .finally(() => {
        if (running === mine) running = undefined;
      });
    queued = mine;
    return mine;
  }

  return {
    async shared() {
      if (current !== undefined) return current;
      const underWay = running ?? queued;
      if (underWay !== undefined) return underWay;
      if (failure !== undefined && clock.monotonic() - failure.at < FAILURE_MEMORY_MS) throw failure.error;
      return enqueue();
    },
    fresh: enqueue,
    write(keyId, change) {
      seen.add(keyId);
      writesInFlight.push(change);
      if (current !== undefined) current = apply(current, [change]);
    },
    known: () => current,
    hasSeen: (keyId) => seen.has(keyId),
  };
}

function apply(listing: Listing, writes: readonly Write[]): Listing {
  if (writes.length === 0) return listing;
  const keys = new Map(listing.keys);
  for (const write of writes) write(keys);
  return { ...listing, keys };
}
