import { isLive, nameOf, serverNow } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import type { KeyState, Retired } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { dueEntries } from "../domain/rotation.ts";
import { locate } from "../stack/absence.ts";
import type { HandlerContext } from "../stack/context.ts";
import { revokeListed } from "./revoke.ts";

/**
 * The instant until which `keyId` may live on, if a live key retires it: said by the ledger in that key's state, or of
 * this run. The only thing `delete` asks: not age, not the old outputs, not marks, which anyone may write. `except` are keys
 * that end in the same breath and so keep nothing alive.
 */
export function retiredUntil(
  context: HandlerContext,
  listing: Listing,
  keyId: string,
  except: ReadonlySet<string>,
): number | undefined {
  const { view } = context;
  const instants = [...view.everRetired()].flatMap(({ holder, retired }) => {
    if (except.has(holder)) return [];
    const key = listing.keys.get(holder);
    // A listing that doesn't show yet what this run has made lags behind.
    if (key === undefined ? !view.isMade(holder) : !isLive(key)) return [];
    return retired.flatMap((entry) => (entry.keyId === keyId ? (instantMs(entry.revokeAfter) ?? []) : []));
  });
  return instants.length === 0 ? undefined : Math.max(...instants);
}

/**
 * Ends retired keys whose instant has come by the server's own clock, and returns the ledger that remains. A key that
 * the engine still has in the state is left to its own `delete`, which comes after the dependents that must still move.
 */
export async function endDue(context: HandlerContext, state: KeyState): Promise<Retired[]> {
  const { client, clock, view } = context;
  if (dueEntries(state.previous, clock.now()).length === 0) return state.previous;
  const listing = await client.list("fresh");
  const due = dueEntries(state.previous, serverNow(listing, clock.monotonic()));
  const ended = new Set<string>();
  for (const { keyId } of due) {
    if (view.isShown(keyId) || view.inUse(keyId)) {
      ended.add(keyId);
      continue;
    }
    if ((retiredUntil(context, listing, keyId, new Set([state.keyId])) ?? 0) > serverNow(listing, clock.monotonic()))
      continue;
    await endRetired(context, listing, keyId, state, "its overlap is over");
    ended.add(keyId);
  }
  return state.previous.filter((entry) => !ended.has(entry.keyId));
}

/**
 * Keys that this one replaced, whose time has come, that live on and stand in no state: Pulumi skipped their deletion
 * (`retainOnDelete` or `deletedWith`, set by a parent or a transform). Only where the whole state was read.
 */
export function skippedDeletions(context: HandlerContext, state: KeyState, listing: Listing): RemoteKey[] {
  const { view, clock } = context;
  if (!view.stateIsRead) return [];
  const now = serverNow(listing, clock.monotonic());
  const pending = new Set(state.previous.map(({ keyId }) => keyId));
  return dueEntries(state.retires ?? [], now).flatMap(({ keyId }) => {
    const key = listing.keys.get(keyId);
    if (key === undefined || !isLive(key) || pending.has(keyId) || view.has(keyId)) return [];
    return (retiredUntil(context, listing, keyId, new Set([state.keyId])) ?? 0) > now ? [] : [key];
  });
}

/** Revokes what a skipped deletion left alive. */
export async function revokeSkipped(context: HandlerContext, state: KeyState): Promise<void> {
  if (skippedDeletions(context, state, await context.client.list("shared")).length === 0) return;
  for (const key of skippedDeletions(context, state, await context.client.list("fresh"))) {
    await revokeListed(context, key, state.ownership.identity);
    context.log.warn(
      `${state.ownership.name}: revoked ${nameOf(key)}, which key ${state.keyId} replaced and Pulumi didn't delete ` +
        "(retainOnDelete or deletedWith, from a transform or a parent)",
    );
  }
}

const HOUR_MS = 3_600_000;

/** Before a key is ended: says if somebody used it in its last hour. `what`: which of the resource's keys it is. */
export function warnIfInUse({ log }: HandlerContext, what: string, key: RemoteKey, serverTime: number): void {
  const used = instantMs(key.lastUsed ?? "");
  if (used === undefined || serverTime - used >= HOUR_MS) return;
  log.warn(
    `${what} ${nameOf(key)} was used in the last hour, at ${key.lastUsed}, and is revoked now; ` +
      "whoever still uses it must take the new secret",
  );
}

/** Revokes one key of a ledger and says why. One that is already gone or revoked is fine, if that is sure. */
export async function endRetired(
  context: HandlerContext,
  listing: Listing,
  keyId: string,
  state: KeyState,
  why: "its overlap is over" | "its resource is removed or replaced" | "its successor was declared compromised",
): Promise<void> {
  const key = listing.keys.get(keyId) ?? (await lookAgain(context, keyId, state));
  if (key === undefined || !isLive(key)) return;
  warnIfInUse(context, `${state.ownership.name}: retired`, key, listing.serverTime);
  await revokeListed(context, key, state.ownership.identity);
  context.log.info(`${state.ownership.name}: revoked ${nameOf(key)}, ${why}`);
}

/** A listing may lag behind: the key is asked for once more, and one that is proven absent is revoked all the same. */
async function lookAgain(context: HandlerContext, keyId: string, state: KeyState): Promise<RemoteKey | undefined> {
  const location = await locate(context, keyId, [state.ownership.identity], "fresh");
  if (location !== "absent") return location.found;
  await context.client.revoke(keyId);
  return undefined;
}
