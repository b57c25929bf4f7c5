import { isLive } from "../../provider/api/keyStatus.ts";
import type { KeyApi, Listing, RemoteKey } from "../../provider/api/types.ts";
import { type Entry, forget } from "./journal.ts";
import { isProbesOwn, looksLikeProbes } from "./key.ts";

/** A request may still be on its way when a probe is killed, and a key ends by itself after an hour. */
const FORGET_AFTER_MS = 2 * 3_600_000;

/** A key of an earlier probe, and whether it is gone now. */
export interface Swept {
  id: string;
  name: string;
  revoked: boolean;
}

/** Revokes what earlier probes of this machine left alive, and forgets those whose keys are surely gone. */
export async function sweep(
  client: KeyApi,
  folder: string,
  entries: readonly Entry[],
  listing: Listing,
): Promise<Swept[]> {
  const swept: Swept[] = [];
  for (const entry of entries) {
    const own = [...listing.keys.values()].filter((key) => isProbesOwn(entry, key));
    const gone = await revokeAll(client, own.filter(isLive));
    swept.push(...gone);
    const settled = own.length > 0 || (listing.complete && listing.serverTime - entry.at > FORGET_AFTER_MS);
    if (settled && gone.every(({ revoked }) => revoked)) forget(folder, entry);
  }
  return swept;
}

/** Revokes these keys, each by its id. One failure keeps none of the others. */
export async function revokeAll(client: KeyApi, keys: readonly RemoteKey[]): Promise<Swept[]> {
  const swept: Swept[] = [];
  for (const { id, name } of keys) {
    const revoked = await client.revoke(id).then(
      (outcome) => outcome === "revoked",
      () => false,
    );
    swept.push({ id, name, revoked });
  }
  return swept;
}

/** Live keys that look like a probe's and that this machine knows nothing of: never touched. */
export function strangers(listing: Listing, entries: readonly Entry[]): RemoteKey[] {
  return [...listing.keys.values()].filter(
    (key) => isLive(key) && looksLikeProbes(key) && !entries.some((entry) => isProbesOwn(entry, key)),
  );
}
