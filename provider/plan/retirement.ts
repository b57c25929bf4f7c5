import { isLive } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import { durationMs } from "../domain/duration.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { isoSeconds, isoSecondsUp } from "../domain/instant.ts";
import { dueEntries, ledgerAfter } from "../domain/rotation.ts";
import { endRetired } from "../keys/retired.ts";
import type { HandlerContext } from "../stack/context.ts";
import type { Sighting } from "../stack/facts.ts";

/** What the new key retires: the keys it replaces, and what their ledgers held. */
export function ledgerOf(
  { view }: HandlerContext,
  predecessors: readonly Sighting[],
  inputs: KeyInputs,
  listing: Listing,
  now: number,
): Retired[] {
  // What a ledger has promised holds: no instant is prolonged or cut.
  const promised = new Map(predecessors.flatMap((key) => key.previous.map((entry) => [entry.keyId, entry])));
  // What Pulumi should have deleted and didn't is inherited, too.
  const skipped = (key: Sighting) =>
    key.retires.filter(({ keyId }) => {
      const listed = listing.keys.get(keyId);
      return !promised.has(keyId) && !view.has(keyId) && listed !== undefined && isLive(listed);
    });
  const entries = predecessors
    .flatMap((key) => [...ledgerAfter(key, inputs, now), ...skipped(key)])
    .map((entry) => promised.get(entry.keyId) ?? entry);
  const unique = entries.filter((entry, index) => entries.findIndex(({ keyId }) => keyId === entry.keyId) === index);
  // What a listing shows as dead needs no ending; what it doesn't show keeps its place.
  return unique.filter(({ keyId }) => {
    const key = listing.keys.get(keyId);
    return key === undefined ? !predecessors.some((state) => state.keyId === keyId) : isLive(key);
  });
}

/** An adopted key leaves the ledger if its secret is known; without the secret it is retired by the key that is made. */
export function withAdopted(
  ledger: Retired[],
  inputs: KeyInputs,
  adopting: KeyInputs["adopt"],
  now: number,
): Retired[] {
  if (adopting === undefined) return ledger;
  const others = ledger.filter(({ keyId }) => keyId !== adopting.keyId);
  if (adopting.apiKey !== undefined) return others;
  if (others.length < ledger.length) return ledger;
  const overlap = durationMs(inputs.rotation?.overlap ?? "0s") ?? 0;
  return [...ledger, { keyId: adopting.keyId, revokeAfter: isoSecondsUp(now + overlap) }];
}

/** Instants in the past by more than the clocks of the API's nodes may differ: what is compromised ends at once. */
export function endNow(ledger: readonly Retired[], now: number): Retired[] {
  return ledger.map(({ keyId }) => ({ keyId, revokeAfter: isoSeconds(now - 60_000) }));
}

/**
 * Ends what is due in the inherited ledger and has no `delete` to come: where the engine deletes first, the key that held
 * that ledger is gone before its successor is made, perhaps in an earlier run.
 */
export async function endOwed(
  context: HandlerContext,
  listing: Listing,
  state: KeyState,
  predecessors: readonly Sighting[],
  retires: readonly Retired[],
  now: number,
): Promise<void> {
  const goes = ({ keyId }: Sighting) => {
    const key = listing.keys.get(keyId);
    return key !== undefined && isLive(key) && !context.view.waitsForSuccessor(keyId);
  };
  if (predecessors.some(goes)) return;
  const owed = dueEntries(retires, now);
  if (owed.length === 0) return;
  const fresh = await context.client.list("fresh");
  for (const { keyId } of owed) await endRetired(context, fresh, keyId, state, "its overlap is over");
}
