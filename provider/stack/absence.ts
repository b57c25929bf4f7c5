import { markerOf } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState } from "../domain/inputs.ts";
import type { HandlerContext } from "./context.ts";
import { assertMoved } from "./moved.ts";

/** Refuses, before any request, to touch a key that lives at another deployment than the configured one. */
export function assertEndpoint(context: HandlerContext, state: { keyId: string; endpoint: string }): void {
  if (state.endpoint === context.settings.endpoint) return;
  if (context.settings.confirmMoved) {
    assertMoved(context, state.keyId);
    return;
  }
  throw new ZkscoreError({
    code: "ZKS_WRONG_ACCOUNT",
    what: `key ${state.keyId} lives at ${state.endpoint}, this run talks to ${context.settings.endpoint}`,
    why: "the base URL is another one than when the key was created",
    remedy:
      "set ZKSCORE_BASE_URL (or zkscore:baseUrl) to the key's deployment and run again; if the deployment itself has moved, " +
      "run once: ZKSCORE_CONFIRM_MOVED=1 ZKSCORE_BASE_URL=<new address> pulumi up --refresh",
    safe: "the key and the state are unchanged",
  });
}

/**
 * Refuses to make a key at another deployment than the one this stack was last used with, while it may have keys there.
 * A stack without keys is free to change.
 */
export function assertStackEndpoint({ view, settings }: HandlerContext, name: string): void {
  const before = view.identityEndpoint;
  if (before === undefined || before === settings.endpoint) return;
  const [elsewhere] = [...view.shown()].filter(({ endpoint }) => endpoint !== settings.endpoint);
  if (view.stateIsRead && (elsewhere === undefined || settings.confirmMoved) && view.notMoved().length === 0) return;
  throw new ZkscoreError({
    code: "ZKS_WRONG_ACCOUNT",
    what: `${name}: no key was made at ${settings.endpoint}, since this stack was last used with ${before}`,
    why: view.stateIsRead ? "it has keys there" : "it may have keys there: this run hasn't read the state",
    remedy: view.stateIsRead
      ? "set ZKSCORE_BASE_URL (or zkscore:baseUrl) to the deployment of the stack's keys and run again"
      : "if the base URL is right and the stack has no key yet, run `pulumi up --refresh`; else correct ZKSCORE_BASE_URL (or zkscore:baseUrl)",
    safe: "no key was created or revoked",
  });
}

/**
 * Refuses to create in an account that shows no key of this stack while the engine has shown some: a token of another
 * account would otherwise fill that account with keys.
 */
export function assertAccount(context: HandlerContext, identity: string, listing: Listing): void {
  const { view, settings } = context;
  const known = [...view.shown()].filter((key) => key.identity === identity);
  // A stack without keys may make its first anywhere; whether it has none is known once the state was read.
  if (settings.confirmMissing || view.isNewStack(identity)) return;
  if (known.some((state) => listing.keys.has(state.keyId)) || keysOfStack(context, listing, [identity]).length > 0)
    return;
  throw new ZkscoreError({
    code: "ZKS_WRONG_ACCOUNT",
    what: `the account shows ${known.length === 0 ? "no key of this stack" : `none of the ${known.length} key(s) this stack has`}`,
    why: "the token is probably another account's",
    remedy:
      `check ZKSCORE_TOKEN and ZKSCORE_BASE_URL (${settings.endpoint}); ` +
      (known.length === 0
        ? "if they are right and the stack has no key yet, run `pulumi up --refresh`"
        : "if the keys are really gone, confirm it for one run with ZKSCORE_CONFIRM_MISSING=1"),
    safe: "no key was created or revoked",
  });
}

/** The last two listings in a row that were asked about a key that seemed absent. */
const compared = new WeakMap<HandlerContext, { first: Listing; second: Listing }>();

/** `absent` is proven; what can't be proven throws. */
export type Location = { found: RemoteKey } | "absent";

/**
 * Where a key of the state is. A listing that doesn't show it proves nothing by itself: the token may be another
 * account's, the listing stale or cut. Absent is proven only by two listings in a row that are complete, agree on this
 * stack's keys, and show some key of this stack that this run did not make.
 */
export async function locate(
  context: HandlerContext,
  keyId: string,
  identities: readonly string[],
  mode: "shared" | "fresh" = "shared",
): Promise<Location> {
  const latest = await context.client.list(mode);
  const seen = latest.keys.get(keyId);
  if (seen !== undefined) return { found: seen };
  // Two listings that were compared for one key serve all: no request more, however many keys seem absent.
  const before = compared.get(context);
  const reuse = mode === "shared" && before?.second.fetchedAt === latest.fetchedAt && !before.first.keys.has(keyId);
  const [first, second] = reuse ? [before.first, latest] : await twoThatAgree(context, latest, identities);
  compared.set(context, { first, second });
  const found = second.keys.get(keyId);
  if (found !== undefined) return { found };
  const doubt = doubtOf(context, first, second, identities);
  if (doubt === undefined) return "absent";
  throw new ZkscoreError({
    code: "ZKS_WRONG_ACCOUNT",
    what: `key ${keyId} isn't in the account's listing, and that doesn't prove that it is gone`,
    why: doubt,
    remedy: `check that ZKSCORE_TOKEN and ZKSCORE_BASE_URL (${context.settings.endpoint}) are those of the account the key was made in; if they are, and the key is gone, confirm it for one run with ZKSCORE_CONFIRM_MISSING=1`,
    safe: "nothing was created or revoked, and the key stays in the state",
  });
}

/** A key that another handler makes between two listings is in the second only: then a third is compared with that. */
async function twoThatAgree(
  context: HandlerContext,
  latest: Listing,
  identities: readonly string[],
): Promise<[Listing, Listing]> {
  const second = await context.client.list("fresh");
  const [before, after] = [latest, second].map((listing) => keysOfStack(context, listing, identities).join());
  return before === after ? [latest, second] : [second, await context.client.list("fresh")];
}

/**
 * As `locate`, for a key whose secret the state holds: one that still opens the API lives, whatever two listings say
 * (a lagging replica or a cache agrees with itself). Costs one request, and only for a key that seems absent.
 */
export async function locateOwn(
  context: HandlerContext,
  state: Pick<KeyState, "keyId" | "apiKey" | "ownership">,
  identities: readonly string[] = [state.ownership.identity],
): Promise<Location> {
  const location = await locate(context, state.keyId, identities);
  if (location === "absent") await assertDead(context, state);
  return location;
}

/** Refuses to take a key for gone whose secret still opens the API. */
export async function assertDead(context: HandlerContext, state: Pick<KeyState, "keyId" | "apiKey">): Promise<void> {
  if (context.settings.confirmMissing || !(await opens(context, state))) return;
  throw new ZkscoreError({
    code: "ZKS_LISTING",
    what: `key ${state.keyId} isn't in the account's listing, and its secret still works`,
    why: "the listing lags behind, or a cache stands before the API",
    remedy:
      "run again in a few minutes; if it stays so, check ZKSCORE_TOKEN (the key may have been made with another account's), " +
      "ZKSCORE_BASE_URL and any caching proxy in between",
    safe: "nothing was created or revoked, and the key stays in the state",
  });
}

/**
 * Assumed: usage of its own id answers a living key with 200, or with 403 where it may not do that (an address list, say),
 * and a dead one with 401. 404: this deployment has no usage to ask. Any other failure proves nothing, and is thrown.
 */
async function opens(context: HandlerContext, state: { keyId: string; apiKey: string }): Promise<boolean> {
  return context.client.usage({ keyId: state.keyId }, state.apiKey).then(
    () => true,
    (error: unknown) => {
      if (!ZkscoreError.is(error) || ![401, 403, 404].includes(error.status ?? 0)) throw error;
      return error.status === 403;
    },
  );
}

function doubtOf(
  context: HandlerContext,
  first: Listing,
  second: Listing,
  identities: readonly string[],
): string | undefined {
  if (!first.complete || !second.complete) return "the listing contradicts itself (its totals, its count or its ids)";
  const [before, after] = [first, second].map((listing) => keysOfStack(context, listing, identities));
  if (before === undefined || after === undefined || before.join() !== after.join()) {
    return "two listings in a row don't show the same keys of this stack";
  }
  if (context.settings.confirmMissing || after.length > 0) return undefined;
  return "the account shows no other key of this stack, so it may be another account";
}

/** Ids of this stack's keys, any status, that this process didn't make. */
function keysOfStack(context: HandlerContext, listing: Listing, identities: readonly string[]): string[] {
  return [...listing.keys.values()]
    .filter((key) => !context.view.isMade(key.id) && identities.includes(markerOf(key)?.identity ?? ""))
    .map((key) => key.id)
    .sort();
}
