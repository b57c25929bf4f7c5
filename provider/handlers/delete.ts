import { isLive, isNamed, lifeStatus, nameOf } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState, Retired } from "../domain/inputs.ts";
import { dueEntries } from "../domain/rotation.ts";
import { markUsed } from "../keys/markUsed.ts";
import { endRetired, retiredUntil, warnIfInUse } from "../keys/retired.ts";
import { assertNotOwnToken, revokeListed } from "../keys/revoke.ts";
import { endMarked } from "../keys/revokeCompromised.ts";
import { ledgerIds, leftovers, sweep } from "../keys/sweep.ts";
import { assertDead, assertEndpoint, locate } from "../stack/absence.ts";
import { assertDue, serverClock } from "../stack/clocks.ts";
import type { HandlerContext } from "../stack/context.ts";
import type { Replacement } from "../stack/facts.ts";

/**
 * Ends a key: what its ledger holds first, itself last. A key that a live key's marker retires until an instant ahead
 * stays until then. `prevent` and `retain` govern removal, not replacement.
 */
export async function remove(context: HandlerContext, state: KeyState): Promise<void> {
  const { client, view } = context;
  assertEndpoint(context, state);
  if (!view.isShown(state.keyId)) view.showed(state);
  if (view.isMade(state.keyId)) {
    context.log.warn(`${state.ownership.name}: key ${state.keyId} was taken over by this same run and stays`);
    return;
  }
  if (awaitsSuccessor(context, state)) {
    view.awaitsSuccessor(state.keyId);
    return;
  }
  const previous = state.previous.filter(({ keyId }) => !view.inUse(keyId));
  const ending = new Set([state.keyId, ...previous.map(({ keyId }) => keyId)]);
  const listing = await client.list(previous.length > 0 ? "fresh" : "shared");
  const now = serverClock(context, listing);
  assertCanGoFirst(context, state, listing);
  const until = retiredUntil(context, listing, state.keyId, ending);
  const waits = until !== undefined && until > now && !view.isOver(state.keyId);
  const removed = until === undefined && !view.resourceGoesOn(state);
  if (removed && state.deletionPolicy === "prevent") throw prevented(state);
  const retained = removed && state.deletionPolicy === "retain";
  if (!retained && !waits) assertNotOwnToken(context, state.ownership.name, state);
  if (removed && state.unfinished === "purge") await endMarked(context, listing, state, ending);

  await endLedger(context, state, { listing, previous, ending, now, retained });
  if (retained) {
    view.letGo(state.keyId);
    await markUsed(context, state);
    context.log.info(`${state.ownership.name}: key ${state.keyId} is retained: it lives on, and no stack manages it`);
    return;
  }
  if (waits) return;
  await end(context, state, now);
  // A replacement that was killed may have left a key behind, and nothing asks for this owner any more. Not in a copied
  // stack: there the mark is the original's, and so may the key be.
  const { project, stack } = state.ownership;
  const original = project === view.stack?.project && stack === view.stack.stack;
  if (removed && original) await sweep(context, new Set([view.holderOf(state)]), ledgerIds(context));
}

interface Ending {
  listing: Listing;
  previous: readonly Retired[];
  /** Keys that end in the same breath. */
  ending: ReadonlySet<string>;
  now: number;
  retained: boolean;
}

async function endLedger(context: HandlerContext, state: KeyState, about: Ending): Promise<void> {
  const { listing, previous, ending, now, retained } = about;
  // Where the old key goes first, its successor, still to be made, inherits what isn't due.
  const inherits = context.view.resourceGoesOn(state) && !context.view.hasSuccessor(state);
  for (const entry of previous) {
    const settled = context.view.isOver(entry.keyId);
    const due = settled || dueEntries([entry], now).length > 0;
    const named = !settled && (retiredUntil(context, listing, entry.keyId, ending) ?? 0) > now;
    if (named || (inherits && !due)) continue;
    if (retained && !due) letLive(context, state, entry);
    else {
      const why = due ? "its overlap is over" : "its resource is removed or replaced";
      await endRetired(context, listing, entry.keyId, state, why);
    }
  }
}

async function end(context: HandlerContext, state: KeyState, now: number): Promise<void> {
  const { identity, name } = state.ownership;
  const location = await locate(context, state.keyId, [identity]);
  if (location === "absent") {
    // Asked all the same: where the listing lags behind, it would live on and nobody know it. And where the API doesn't
    // know the id, marks alone say that this is the right account, and anyone may write marks: its secret tells.
    if ((await context.client.revoke(state.keyId)) === "gone") await assertDead(context, state);
    return;
  }
  // An expired key, too: its name may not be free before.
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
  const key = listing.keys.get(state.keyId);
  if (key !== undefined && isLive(key)) {
    assertDue(context, { name, keyId: state.keyId, dueAt: replacement.dueAt }, listing);
  }
  assertNameFree(context, state, replacement, listing);
}

function assertNameFree(context: HandlerContext, state: KeyState, replacement: Replacement, listing: Listing): void {
  const wanted = replacement.name;
  if (wanted === undefined) return;
  const holder = [...listing.keys.values()].find(
    (key) => key.id !== state.keyId && lifeStatus(key) !== "revoked" && isNamed(key, wanted),
  );
  if (holder === undefined) return;
  // An orphan of this resource is revoked before the new key is made.
  const { orphans } = leftovers(context, listing, new Set([replacement.owner]), ledgerIds(context));
  if (orphans.some(({ key }) => key.id === holder.id)) return;
  throw new ZkscoreError({
    code: "ZKS_CONFLICT",
    what: `${state.ownership.name}: key ${state.keyId} was not replaced, since its new name is taken by ${nameOf(holder)}`,
    why: "the API wants names that are unique among live keys, and the old key would be revoked before the new one is refused",
    remedy: "choose another name, use namePrefix instead, or revoke that key first",
    safe: "the old key lives and stays in the state",
  });
}

/**
 * True where the engine deletes first although no name forbids two keys (the key depends on something that is deleted
 * first): the overlap holds all the same, and the key that is still to be made inherits this one.
 *
 * Not guaranteed: that it ends where that key is never made, because the resource is removed before: the next refreshed
 * `up` names it.
 */
function awaitsSuccessor({ view }: HandlerContext, state: KeyState): boolean {
  const replacement = view.replacementOf(state.keyId);
  if (replacement === undefined || replacement.name !== undefined || replacement.incident) return false;
  return replacement.overlaps && !view.hasSuccessor(state);
}

/** What is retained cuts nobody off: neither do those end who still use its predecessor. Said, since no run will. */
function letLive({ view, log }: HandlerContext, state: KeyState, entry: Retired): void {
  view.letGo(entry.keyId);
  log.warn(
    `${state.ownership.name}: key ${entry.keyId}, which it replaced, lives on, too: no run will end it at ` +
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
