import { hasName, isLive, lifeStatus, liveIn, nameOf, neverUsed } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState, Retired } from "../domain/inputs.ts";
import { markUsed } from "../keys/markUsed.ts";
import { sweep } from "../keys/orphans.ts";
import { revokeRetired, warnIfInUse } from "../keys/retired.ts";
import { assertNotOwnToken, revokeListed } from "../keys/revoke.ts";
import { revokeMarked } from "../keys/revokeCompromised.ts";
import { type DeletionPlan, planDeletion, retiredNow, undeleted } from "../plan/deletion.ts";
import { sweepable } from "../plan/sweep.ts";
import { assertDead, assertEndpoint, locate } from "../stack/absence.ts";
import { assertDue, serverClock } from "../stack/clocks.ts";
import type { HandlerContext } from "../stack/context.ts";
import type { Replacement } from "../stack/facts.ts";
import { standings } from "../stack/standing.ts";

/** Revokes a key and what it retired, or leaves it, as `planDeletion` says. */
export async function remove(context: HandlerContext, state: KeyState): Promise<void> {
  const { client, view, log } = context;
  const { name } = state.ownership;

  // Observe
  assertEndpoint(context, state);
  const unseen = !view.isShown(state.keyId);
  if (unseen) view.showed(state);
  switch (undeleted(state, view)) {
    case "taken over by this run":
      log.warn(`${name}: key ${state.keyId} was taken over by this same run and stays`);
      return;
    case "its successor is still to be made":
      await assertOthersCanGoFirst(context, state);
      view.awaitsSuccessor(state.keyId);
      log.info(
        `${name}: Pulumi deletes key ${state.keyId} before its replacement is made; it stays alive for the overlap, and the new key retires it`,
      );
      return;
  }
  const listing = await client.list(retiredNow(state, view).length > 0 ? "fresh" : "shared");
  const now = serverClock(context, listing);

  // Plan
  assertCanGoFirst(context, state, listing);
  const listed = liveIn(listing, state.keyId);
  const used = listed !== undefined && !neverUsed(listed);
  const plan = planDeletion(state, { view, standings: standings(listing, view), now, unseen, used });
  if (plan.key === "refuse") throw prevented(state);
  if (plan.key === "revoke") assertNotOwnToken(context, name, state);

  // Act
  if (plan.revokesMarked) await revokeMarked(context, listing, state, plan.going);
  await deleteRetired(context, state, plan, listing);
  switch (plan.key) {
    case "leave":
      return;
    case "leave to a person":
      view.letGo(state.keyId);
      log.warn(
        `${name}: key ${state.keyId} is in use and stays alive: an earlier run failed between its deletion and its replacement, ` +
          "so the new key doesn't retire it, and no run will revoke it. Once whoever uses it has the new secret, revoke it " +
          "(`zkscore-keys reconcile --revoke-orphans --used`)",
      );
      return;
    case "let go":
      view.letGo(state.keyId);
      await markUsed(context, state);
      log.info(`${name}: key ${state.keyId} is retained: it lives on, and no stack manages it`);
      return;
    case "revoke":
      await revoke(context, state, now);
      // A replacement that was killed may have left a key behind, and nothing asks for this owner any more.
      if (plan.sweeps !== undefined) await sweep(context, new Set([plan.sweeps]));
  }
}

async function deleteRetired(
  context: HandlerContext,
  state: KeyState,
  { retired }: DeletionPlan,
  listing: Listing,
): Promise<void> {
  for (const { entry, fate } of retired) {
    switch (fate) {
      case "retired by another":
      case "inherited":
        break;
      case "let go":
        letGo(context, state, entry);
        break;
      case "overlap over":
        await revokeRetired(context, listing, entry.keyId, state, "its overlap is over");
        break;
      case "removed with its resource":
        await revokeRetired(context, listing, entry.keyId, state, "its resource is removed or replaced");
    }
  }
}

async function revoke(context: HandlerContext, state: KeyState, now: number): Promise<void> {
  const { identity, name } = state.ownership;
  const location = await locate(context, state.keyId, [identity]);
  if (location === "absent") {
    // Revoked nevertheless: where the listing lags behind, a live key would be in no state. And where the API doesn't
    // know the id, marks alone say that this is the right account, and anyone may write marks: its secret tells.
    if ((await context.client.revoke(state.keyId)) === "gone") await assertDead(context, state);
    return;
  }
  // An expired key is revoked as well: its name may not be free before.
  if (lifeStatus(location.found) === "revoked") return;
  if (isLive(location.found)) warnIfInUse(context, `${name}:`, location.found, now);
  await revokeListed(context, location.found, identity);
}

/**
 * Where the engine deletes first and makes the new key afterwards: refuses while the new one can't be made, so that no
 * moment comes without a key that was to have one.
 */
function assertCanGoFirst(context: HandlerContext, state: KeyState, listing: Listing): void {
  const { view } = context;
  const replacement = view.replacementOf(state.keyId);
  if (replacement === undefined || view.hasSuccessor(state)) return;
  const { name } = state.ownership;
  if (liveIn(listing, state.keyId) !== undefined) {
    assertDue(context, { name, keyId: state.keyId, dueAt: replacement.dueAt }, listing);
  }
  assertNameFree(context, state, replacement, listing);
}

/**
 * The engine deletes this key because of another one that it deletes first. If that one is refused later, this key is in no
 * state any more: so it is asked now.
 */
async function assertOthersCanGoFirst(context: HandlerContext, state: KeyState): Promise<void> {
  const { view, client } = context;
  const others = [...view.superseded()].filter(
    ({ keyId }) => keyId !== state.keyId && view.replacementOf(keyId)?.name !== undefined,
  );
  if (others.length === 0) return;
  const listing = await client.list("shared");
  for (const other of others) assertCanGoFirst(context, other, listing);
}

function assertNameFree(context: HandlerContext, state: KeyState, replacement: Replacement, listing: Listing): void {
  const wanted = replacement.name;
  if (wanted === undefined) return;
  const holder = [...listing.keys.values()].find(
    (key) => key.id !== state.keyId && lifeStatus(key) !== "revoked" && hasName(key, wanted),
  );
  if (holder === undefined) return;
  // An orphan of this resource is revoked before the new key is made.
  const orphans = sweepable(context.view, listing, new Set([replacement.owner]));
  if (orphans.some(({ key }) => key.id === holder.id)) return;
  throw new ZkscoreError({
    code: "ZKS_CONFLICT",
    what: `${state.ownership.name}: key ${state.keyId} was not replaced, since its new name is taken by ${nameOf(holder)}`,
    why: "the API wants names that are unique among live keys, and the old key would be revoked before the new one is refused",
    remedy: "choose another name, use namePrefix instead, or revoke that key first",
    safe: "the old key lives and stays in the state",
  });
}

/** Whoever still uses the predecessor of a retained key isn't cut off either. Said, since no run will revoke it. */
function letGo({ view, log }: HandlerContext, state: KeyState, entry: Retired): void {
  view.letGo(entry.keyId);
  log.warn(
    `${state.ownership.name}: key ${entry.keyId}, which it replaced, stays alive as well: no run will revoke it at ` +
      `${entry.revokeAfter}. Revoke it by hand once nobody uses it`,
  );
}

function prevented(state: KeyState): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_PREVENTED",
    what: `${state.ownership.name}: key ${state.keyId} was not revoked`,
    why: "its deletionPolicy is prevent",
    remedy: "if it must go: set deletionPolicy to revoke, run `pulumi up`, then remove it",
    safe: "the key lives and stays in the state",
  });
}
