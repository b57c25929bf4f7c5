import type { Listing } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState, Retired } from "../domain/inputs.ts";
import { dueEntries, hasOverlap } from "../domain/rotation.ts";
import { hasUnknown } from "../domain/unknown.ts";
import { assertEndpoint, locate } from "./account.ts";
import { isIncident } from "./changes.ts";
import type { HandlerContext, Superseded } from "./context.ts";
import { endRetired, isInUse, retiredUntil, warnIfInUse } from "./ledger.ts";
import { markUsed } from "./markUsed.ts";
import { endMarked } from "./purge.ts";
import { isLive, lifeStatus, serverNow } from "./remote.ts";
import { assertNotOwnToken, revokeListed } from "./revoke.ts";
import { holderOf } from "./state.ts";
import { ledgerIds, sweep } from "./sweep.ts";

/**
 * Ends a key: what its ledger holds first, itself last. A key that a live key's marker retires until an instant ahead
 * stays until then. `prevent` and `retain` govern removal, not replacement.
 */
export async function remove(context: HandlerContext, state: KeyState): Promise<void> {
  const { client, clock, run } = context;
  assertEndpoint(context, state);
  if (!run.shown.has(state.keyId)) run.shown.set(state.keyId, state);
  if (run.made.has(state.keyId)) {
    context.log.warn(`${state.ownership.name}: key ${state.keyId} was taken over by this same run and stays`);
    return;
  }
  if (awaitsSuccessor(context, state)) {
    run.awaiting.add(state.keyId);
    return;
  }
  const previous = state.previous.filter(({ keyId }) => !isInUse(context, keyId));
  const ending = new Set([state.keyId, ...previous.map(({ keyId }) => keyId)]);
  const listing = await client.list(previous.length > 0 ? "fresh" : "shared");
  const now = serverNow(listing, clock.monotonic());
  const until = retiredUntil(context, listing, state.keyId, ending);
  const waits = until !== undefined && until > now && !run.due.has(state.keyId);
  const removed = until === undefined && !goesOn(context, state);
  if (removed && state.deletionPolicy === "prevent") throw prevented(state);
  const retained = removed && state.deletionPolicy === "retain";
  if (!retained && !waits) assertNotOwnToken(context, state);
  if (removed && state.unfinished === "purge") await endMarked(context, listing, state, ending);

  await endLedger(context, state, { listing, previous, ending, now, retained });
  if (retained) {
    run.retained.add(state.keyId);
    await markUsed(context, state);
    context.log.info(`${state.ownership.name}: key ${state.keyId} is retained: it lives on, and no stack manages it`);
    return;
  }
  if (waits) return;
  await end(context, state, now);
  // A replacement that was killed may have left a key behind, and nothing asks for this owner any more. Not in a copied
  // stack: there the mark is the original's, and so may the key be.
  const { project, stack } = state.ownership;
  const original = project === run.names?.project && stack === run.names.stack;
  if (removed && original) await sweep(context, new Set([holderOf(state)]), ledgerIds(context));
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
  const inherits = goesOn(context, state) && !hasSuccessor(context, state);
  for (const entry of previous) {
    const settled = context.run.due.has(entry.keyId);
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
    // Asked all the same: where the listing lags behind, it would live on and nobody know it.
    await context.client.revoke(state.keyId);
    return;
  }
  // An expired key, too: its name may not be free before.
  if (lifeStatus(location.found) === "revoked") return;
  if (isLive(location.found)) warnIfInUse(context, `${name}:`, location.found, now);
  await revokeListed(context, location.found, identity);
}

/** True if the resource goes on with another key: the program declares it in this run. A refresh declares nothing. */
function goesOn(context: HandlerContext, state: KeyState): boolean {
  const { run } = context;
  return (
    announcementOf(context, state) !== undefined || run.declared.has(holderOf(run.shown.get(state.keyId) ?? state))
  );
}

/** True once the resource has another key, made or kept in this run. */
function hasSuccessor({ run }: HandlerContext, state: KeyState): boolean {
  const holder = holderOf(run.shown.get(state.keyId) ?? state);
  const kept = [...run.kept].flatMap((id) => run.shown.get(id) ?? []);
  return (
    [...run.made.values()].some(({ owner }) => owner === holder) || kept.some((other) => holderOf(other) === holder)
  );
}

/**
 * True where the engine deletes first although no name forbids two keys (the key depends on something that is deleted
 * first): the overlap holds all the same, and the key that is still to be made inherits this one.
 *
 * Not guaranteed: that it ends where that key is never made, because the resource is removed before: the next refreshed
 * `up` names it.
 */
function awaitsSuccessor(context: HandlerContext, state: KeyState): boolean {
  const news = announcementOf(context, state)?.news;
  if (news === undefined || news.name !== undefined || isIncident(state, news)) return false;
  const { rotation } = hasUnknown(news.rotation) ? state : news;
  return hasOverlap(rotation) && !hasSuccessor(context, state);
}

function announcementOf({ run }: HandlerContext, state: KeyState): Superseded | undefined {
  return [...run.replacing.values()].find(({ state: old }) => old.keyId === state.keyId);
}

/** What is retained cuts nobody off: neither do those end who still use its predecessor. Said, since no run will. */
function letLive({ run, log }: HandlerContext, state: KeyState, entry: Retired): void {
  run.retained.add(entry.keyId);
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
