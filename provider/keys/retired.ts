import { isLive, nameOf, serverNow } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import type { KeyState, Retired } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { overOf } from "../domain/rotation.ts";
import { skippedDeletions } from "../plan/retirement.ts";
import { locate } from "../stack/absence.ts";
import type { HandlerContext } from "../stack/context.ts";
import { standings } from "../stack/standing.ts";
import { revokeListed } from "./revoke.ts";

/**
 * Revokes retired keys whose overlap is over by the server's own clock, and returns those that remain. A key that
 * the engine still has in the state is left to its own `delete`, which comes after the dependents that must still move.
 */
export async function revokeDue(context: HandlerContext, state: KeyState): Promise<Retired[]> {
  const { client, clock, view } = context;
  if (overOf(state.previous, clock.now()).length === 0) return state.previous;
  const listing = await client.list("fresh");
  const now = serverNow(listing, clock.monotonic());
  const due = overOf(state.previous, now);
  const done = new Set<string>();
  for (const { keyId } of due) {
    if (view.isShown(keyId) || view.inUse(keyId)) {
      done.add(keyId);
      continue;
    }
    if ((standings(listing, view).retiredUntil(keyId, new Set([state.keyId])) ?? 0) > now) continue;
    await revokeRetired(context, listing, keyId, state, "its overlap is over");
    done.add(keyId);
  }
  return state.previous.filter((entry) => !done.has(entry.keyId));
}

/** Revokes what a skipped deletion left alive. */
export async function revokeSkipped(context: HandlerContext, state: KeyState): Promise<void> {
  const { client, clock, view } = context;
  const skipped = async (mode: "shared" | "fresh") => {
    const listing = await client.list(mode);
    return skippedDeletions(view, state, listing, serverNow(listing, clock.monotonic()));
  };
  if ((await skipped("shared")).length === 0) return;
  for (const key of await skipped("fresh")) {
    await revokeListed(context, key, state.ownership.identity);
    context.log.warn(
      `${state.ownership.name}: revoked ${nameOf(key)}, which key ${state.keyId} replaced and Pulumi didn't delete ` +
        "(retainOnDelete or deletedWith, from a transform or a parent)",
    );
  }
}

const HOUR_MS = 3_600_000;

/** Before a key is revoked: says if somebody used it in its last hour. `what`: which of the resource's keys it is. */
export function warnIfInUse({ log }: HandlerContext, what: string, key: RemoteKey, serverTime: number): void {
  const used = instantMs(key.lastUsed ?? "");
  if (used === undefined || serverTime - used >= HOUR_MS) return;
  log.warn(
    `${what} ${nameOf(key)} was used in the last hour, at ${key.lastUsed}, and is revoked now; ` +
      "whoever still uses it must take the new secret",
  );
}

/** Revokes one retired key and says why. One that is already gone or revoked is fine, if that is sure. */
export async function revokeRetired(
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

/** A listing may lag behind: the key is asked for once more, and one that is proven absent is revoked nevertheless. */
async function lookAgain(context: HandlerContext, keyId: string, state: KeyState): Promise<RemoteKey | undefined> {
  const location = await locate(context, keyId, [state.ownership.identity], "fresh");
  if (location !== "absent") return location.found;
  await context.client.revoke(keyId);
  return undefined;
}
