import type { Listing } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState, Retired } from "../domain/inputs.ts";
import { decodeMarker } from "../domain/marker.ts";
import { dueEntries } from "../domain/rotation.ts";
import { assertEndpoint, locate } from "./account.ts";
import type { HandlerContext } from "./context.ts";
import { endRetired, isInUse, retiredUntil, warnIfInUse } from "./ledger.ts";
import { isLive, nameOf, neverUsed, serverNow } from "./remote.ts";
import { holderOf } from "./state.ts";
import { ledgerIds, sweep } from "./sweep.ts";

/**
 * Ends a key: what its ledger holds first, itself last. A key that a live key's marker retires until an instant ahead
 * stays until then. `prevent` and `retain` govern removal, not replacement.
 */
export async function remove(context: HandlerContext, state: KeyState): Promise<void> {
  const { client, clock, run, settings } = context;
  assertEndpoint(context, state);
  if (!run.shown.has(state.keyId)) run.shown.set(state.keyId, state);
  if (run.made.has(state.keyId)) {
    context.log.warn(`${state.ownership.name}: key ${state.keyId} was taken over by this same run and stays`);
    return;
  }
  const previous = state.previous.filter(({ keyId }) => !isInUse(context, keyId));
  const ending = new Set([state.keyId, ...previous.map(({ keyId }) => keyId)]);
  const listing = await client.list(previous.length > 0 ? "fresh" : "shared");
  const until = retiredUntil(context, listing, state.keyId, ending);
  const removed = until === undefined && !isReplaced(context, state);
  if (removed && state.deletionPolicy === "prevent") throw prevented(state);
  const retained = removed && state.deletionPolicy === "retain";
  if (!retained && settings.token !== undefined && settings.token === state.apiKey) throw ownToken(state);

  const now = serverNow(listing, clock.monotonic());
  for (const entry of previous) {
    const due = dueEntries([entry], now).includes(entry);
    const named = (retiredUntil(context, listing, entry.keyId, ending) ?? 0) > now;
    // Where the old key goes first, its successor, still to be made, inherits what isn't due.
    if (named || (announced(context, state) && !due)) continue;
    if (retained && !due) letLive(context, state, entry);
    else {
      const why = due ? "its overlap is over" : "its resource is removed or replaced";
      await endRetired(context, listing, entry.keyId, state, why);
    }
  }
  if (retained) return retain(context, state, listing);
  if (until !== undefined && until > now) return;
  await end(context, state, now);
  // A replacement that was killed may have left a key behind, and nothing asks for this owner any more. Not in a copied
  // stack: there the mark is the original's, and so may the key be.
  const { owner, project, stack } = state.ownership;
  const original = project === run.names?.project && stack === run.names.stack;
  if (removed && original && !run.declared.has(owner)) await sweep(context, new Set([owner]), ledgerIds(context));
}

async function end(context: HandlerContext, state: KeyState, now: number): Promise<void> {
  const identities = [state.ownership.identity];
  const location = await locate(context, state.keyId, identities);
  if (location !== "absent") {
    if (!isLive(location.found)) return;
    warnIfInUse(context, `${state.ownership.name}:`, location.found, now);
  }
  // Asked also for a key that no listing shows: where the listing lags behind, it would live on and nobody know it.
  if ((await context.client.revoke(state.keyId)) === "revoked" || location === "absent") return;
  // 404 for a key that was listed a moment ago: success only if it is revoked or proven gone.
  const after = await locate(context, state.keyId, identities, "fresh");
  if (after === "absent" || !isLive(after.found)) return;
  throw new ZkscoreError({
    code: "ZKS_NOT_FOUND",
    status: 404,
    what: `${state.ownership.name}: ${nameOf(after.found)} could not be revoked`,
    why: "the API answers that it doesn't exist, and still lists it as live",
    remedy:
      "check that the token may revoke keys of this account, then run again; if it stays so, ask the API's support",
    safe: "the key stays in the state",
  });
}

/**
 * True if the resource goes on with another key: this run's `diff` announced it, or the engine has shown or this run
 * has made another key of the same owner. A diff during a refresh announces nothing.
 */
function isReplaced(context: HandlerContext, state: KeyState): boolean {
  if (announced(context, state)) return true;
  const { run } = context;
  const owner = holderOf(run.shown.get(state.keyId) ?? state);
  for (const made of run.made.values()) if (made.owner === owner) return true;
  for (const other of run.shown.values()) {
    if (other.keyId !== state.keyId && holderOf(other) === owner && run.declared.has(owner)) return true;
  }
  return false;
}

function announced({ run }: HandlerContext, state: KeyState): boolean {
  return [...run.replacing.values()].some(({ state: old }) => old.keyId === state.keyId);
}

/**
 * Lets the key live outside the program. A key without `keep` in its marker that was never used would look like the
 * leftover of a killed run to a later `destroy`; one request made with it says that it is somebody's.
 */
async function retain(context: HandlerContext, state: KeyState, listing: Listing): Promise<void> {
  context.run.retained.add(state.keyId);
  const key = listing.keys.get(state.keyId);
  if (key !== undefined && isLive(key) && neverUsed(key) && decodeMarker(key.metadata)?.keep !== true) {
    await context.client.usage({ keyId: state.keyId }, state.apiKey);
  }
  context.log.info(`${state.ownership.name}: key ${state.keyId} is retained: it lives on, and no stack manages it`);
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

function ownToken(state: KeyState): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_PREVENTED",
    what: `${state.ownership.name}: key ${state.keyId} was not revoked`,
    why: "it is the key this run authenticates with; revoking it would cut the provider off",
    remedy: "run with another management token in ZKSCORE_TOKEN",
    safe: "the key lives and stays in the state",
  });
}
