import { nameOf, serverNow } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState } from "../domain/inputs.ts";
import { overOf } from "../domain/rotation.ts";
import { type HandlerContext, InitFailure } from "../stack/context.ts";
import { type Orphan, standings } from "../stack/standing.ts";
import { holderOf } from "../stack/view.ts";
import { revokeRetired } from "./retired.ts";
import { assertNotOwnToken, revokeListed } from "./revoke.ts";

/**
 * After `rotation.compromised`: revokes, at once and without an overlap, the replaced key, all that it retired, and every
 * other live key with this owner's mark. `state.previous` holds the ids, each with an instant that has come. What
 * can't be revoked now makes an init failure with the new key in the state, and `update` goes on with it.
 */
export async function revokeCompromised(context: HandlerContext, state: KeyState): Promise<KeyState> {
  const { view } = context;
  const revoked = new Set<string>();
  const left = () => state.previous.filter(({ keyId }) => !revoked.has(keyId));
  try {
    const listing = await context.client.list("fresh");
    const due = overOf(state.previous, serverNow(listing, context.clock.monotonic()));
    for (const keyId of new Set([...due.map((entry) => entry.keyId), ...supersededIds(context, state)])) {
      const shown = view.sighting(keyId);
      if (shown !== undefined) assertNotOwnToken(context, state.ownership.name, shown);
      await revokeRetired(context, listing, keyId, state, "its successor was declared compromised");
      revoked.add(keyId);
    }
    await revokeMarked(context, listing, state, revoked);
  } catch (error) {
    throw new InitFailure({ ...state, previous: left(), unfinished: "purge" }, error);
  }
  const { unfinished: _done, ...finished } = state;
  return { ...finished, previous: left() };
}

/** Keys of this resource that the engine still has to delete: they may wait long for dependents that fail. */
function supersededIds(context: HandlerContext, state: KeyState): string[] {
  const ids = context.view.keysOf(holderOf(state)).map(({ keyId }) => keyId);
  return ids.filter((keyId) => keyId !== state.keyId && !context.view.inUse(keyId));
}

/**
 * Revokes every live key with this resource's mark that no resource has or retires (an alias or an adoption may have
 * brought one there). `spared`: not these.
 */
export async function revokeMarked(
  context: HandlerContext,
  listing: Listing,
  state: KeyState,
  spared: ReadonlySet<string>,
): Promise<void> {
  const orphans = standings(listing, context.view).orphansOf(new Set([holderOf(state)]));
  const others = orphans.filter(({ key }) => key.id !== state.keyId && !spared.has(key.id));
  if (others.length > 0 && !context.view.stateIsRead) throw needsRefresh(state, others);
  for (const { key, marker } of others) {
    await revokeListed(context, key, marker.identity);
    context.log.warn(`${state.ownership.name}: revoked ${nameOf(key)}, because the key was declared compromised`);
  }
}

/** Without a refresh this run can't know whether another resource of the stack holds such a key. */
function needsRefresh({ ownership }: KeyState, others: readonly Orphan[]): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_UNFINISHED",
    what: `${ownership.name}: the compromised key is replaced and revoked; ${others.length} more live key(s) carry its mark: ${others.map(({ key }) => key.id).join(", ")}`,
    why: "this run hasn't read the whole state, so it can't tell whether another resource of the stack uses them",
    remedy:
      "run `pulumi up --refresh` now (or `pulumi destroy --refresh`): it revokes those that no resource of this stack uses",
    safe: "the new key is in the state and works",
  });
}
