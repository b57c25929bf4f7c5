import { isLive, liveIn } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { durationMs } from "../domain/duration.ts";
import type { Adopt, KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { isoSecondsUp } from "../domain/instant.ts";
import { overOf, retiredAfter } from "../domain/rotation.ts";
import type { Sighting } from "../stack/facts.ts";
import { standings } from "../stack/standing.ts";
import type { StackView } from "../stack/view.ts";

/** What a new key retires: the keys it replaces, what those retired in their turn, and a key adopted without its secret. */
export function retiredBy(
  inputs: KeyInputs,
  predecessors: readonly Sighting[],
  adopts: Adopt | undefined,
  { view, listing, now }: { view: StackView; listing: Listing; now: number },
): Retired[] {
  // What was promised holds: no instant is prolonged or cut.
  const promised = new Map(predecessors.flatMap((key) => key.previous.map((entry) => [entry.keyId, entry])));
  // What Pulumi should have deleted and didn't is inherited as well.
  const skipped = (key: Sighting) =>
    key.retires.filter(({ keyId }) => !promised.has(keyId) && !view.has(keyId) && liveIn(listing, keyId) !== undefined);
  const entries = predecessors
    .flatMap((key) => [...retiredAfter(key, inputs, now), ...skipped(key)])
    .map((entry) => promised.get(entry.keyId) ?? entry);
  const unique = entries.filter((entry, index) => entries.findIndex(({ keyId }) => keyId === entry.keyId) === index);
  // What a listing shows as dead needs no end; what it doesn't show keeps its place.
  const living = unique.filter(({ keyId }) => {
    const key = listing.keys.get(keyId);
    return key === undefined ? !predecessors.some((state) => state.keyId === keyId) : isLive(key);
  });
  return withAdopted(living, inputs, adopts, now);
}

/** An adopted key is no longer retired if its secret is known; without the secret the key that is made retires it. */
function withAdopted(retired: Retired[], inputs: KeyInputs, adopts: Adopt | undefined, now: number): Retired[] {
  if (adopts === undefined) return retired;
  const others = retired.filter(({ keyId }) => keyId !== adopts.keyId);
  if (adopts.apiKey !== undefined) return others;
  if (others.length < retired.length) return retired;
  const overlap = durationMs(inputs.rotation?.overlap ?? "0s") ?? 0;
  return [...retired, { keyId: adopts.keyId, revokeAfter: isoSecondsUp(now + overlap) }];
}

/**
 * Keys that this one replaced, whose overlap is over, that are alive and in no state: Pulumi skipped their deletion
 * (`retainOnDelete` or `deletedWith`, set by a parent or a transform). Only where the whole state was read.
 */
export function skippedDeletions(view: StackView, state: KeyState, listing: Listing, now: number): RemoteKey[] {
  if (!view.stateIsRead) return [];
  const pending = new Set(state.previous.map(({ keyId }) => keyId));
  return overOf(state.retires ?? [], now).flatMap(({ keyId }) => {
    const key = liveIn(listing, keyId);
    if (key === undefined || pending.has(keyId) || view.has(keyId)) return [];
    const until = standings(listing, view).retiredUntil(keyId, new Set([state.keyId])) ?? 0;
    return until > now ? [] : [key];
  });
}
