import type { Listing } from "../api/types.ts";
import { durationMs } from "../domain/duration.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { isoSecondsUp } from "../domain/instant.ts";
import { dueEntries, ledgerAfter } from "../domain/rotation.ts";
import { assertAccount, assertEndpoint, locateOwn } from "./account.ts";
import { adoptKey, assertAdoptable } from "./adopt.ts";
import { type HandlerContext, InitFailure } from "./context.ts";
import { ensureKey } from "./ensure.ts";
import { purge } from "./purge.ts";
import { isLive, serverNow } from "./remote.ts";
import { holderOf, stateOf } from "./state.ts";
import { ledgerIds, leftovers, sweep, sweptOwners, warnUnexplained } from "./sweep.ts";

/**
 * Makes the key: Observe (what the account holds of this resource), Ensure (one POST, settled if its answer is lost),
 * Sync (end what must end), Return. From the moment an id is known every failure carries the complete outputs.
 */
export async function create(context: HandlerContext, inputs: KeyInputs): Promise<KeyState> {
  const { client, clock, run } = context;
  const { owner } = inputs.ownership;

  // Observe
  const superseded = run.replacing.get(owner);
  if (superseded !== undefined) await assertKnown(context, superseded.state, inputs);
  const listing = await client.list("shared");
  assertAccount(context, inputs.ownership.identity, listing);
  const now = serverNow(listing, clock.monotonic());
  const ledger = ledgerOf(context, inputs, listing, now);
  const owners = sweptOwners(context, inputs, superseded?.state);
  const spared = ledgerIds(context, ledger);
  warnUnexplained(context, inputs, leftovers(context, listing, owners, spared));

  const adopting = adoptsNow(context, inputs);
  if (adopting && inputs.adopt?.apiKey !== undefined)
    return adoptKey(context, inputs, inputs.adopt.keyId, inputs.adopt.apiKey);
  if (adopting && inputs.adopt !== undefined) {
    assertAdoptable(inputs, inputs.adopt.keyId, listing);
    const overlap = durationMs(inputs.rotation?.overlap ?? "0s") ?? 0;
    ledger.push({ keyId: inputs.adopt.keyId, revokeAfter: isoSecondsUp(now + overlap) });
  }

  // Ensure
  await sweep(context, owners, spared, ({ key }) => key.name === inputs.name); // an orphan may hold the explicit name
  const retires = superseded?.compromised ? [] : ledger;
  const expiry = inputs.expiry ?? expiryFrom(inputs, now);
  const made = await ensureKey(context, inputs, expiry, retires);
  run.made.set(made.key.id, { owner, retires });
  const state = stateOf({
    inputs,
    apiKey: made.apiKey,
    key: made.key,
    name: made.sentName,
    endpoint: context.settings.endpoint,
    attempt: made.attempt,
    previous: withoutDue(retires, now),
    serverTime: made.serverTime,
    ...(expiry === undefined ? {} : { expiry }),
    adopted: false,
  });

  // Sync
  if (superseded?.compromised)
    return purge(context, { ...state, previous: endNow(ledger, now), unfinished: "purge" }, inputs);
  try {
    await sweep(context, owners, spared);
  } catch (error) {
    throw new InitFailure({ ...state, unfinished: "sweep" }, error);
  }
  return state;
}

/** The key that is replaced must be there or be proven gone: else this may be another account. */
async function assertKnown(context: HandlerContext, state: KeyState, inputs: KeyInputs): Promise<void> {
  assertEndpoint(context, state);
  await locateOwn(context, state, [state.ownership.identity, inputs.ownership.identity]);
}

/**
 * What the new key retires. The superseded key is known from this run's `diff`; under `--replace` and `taint` there is
 * none, and it is what the refresh of this run has shown of this resource.
 */
function ledgerOf(context: HandlerContext, inputs: KeyInputs, listing: Listing, now: number): Retired[] {
  const { run } = context;
  const announced = run.replacing.get(inputs.ownership.owner)?.state;
  const candidates = announced !== undefined ? [announced] : shownOf(context, inputs.ownership.owner);
  // What a ledger has promised holds: no instant is prolonged or cut.
  const promised = new Map(candidates.flatMap((state) => state.previous.map((entry) => [entry.keyId, entry])));
  const entries = candidates
    .flatMap((state) => ledgerAfter(state, inputs, now))
    .map((entry) => promised.get(entry.keyId) ?? entry);
  const unique = entries.filter((entry, index) => entries.findIndex(({ keyId }) => keyId === entry.keyId) === index);
  // What a listing shows as dead needs no ending; what it doesn't show keeps its place.
  return unique.filter(({ keyId }) => {
    const key = listing.keys.get(keyId);
    return key === undefined ? !candidates.some((state) => state.keyId === keyId) : isLive(key);
  });
}

/** Dead ones too: their ledgers count. By who has them now: an alias may have taken one, with its mark, elsewhere. */
function shownOf({ run }: HandlerContext, owner: string): KeyState[] {
  return [...run.shown.values()].filter((state) => holderOf(state) === owner);
}

/**
 * Once the adopted key is ours, a replacement makes a new key: adopting the predecessor, which the engine then deletes,
 * would end with no key at all. Where the state isn't known (`--replace` without a refresh) the key is adopted again, and
 * `delete` of this run leaves it alone.
 */
function adoptsNow(context: HandlerContext, inputs: KeyInputs): boolean {
  const wanted = inputs.adopt?.keyId;
  if (wanted === undefined || context.run.made.has(wanted)) return false;
  const known = [context.run.replacing.get(inputs.ownership.owner)?.state, ...context.run.shown.values()];
  return !known.some(
    (state) =>
      state?.keyId === wanted ||
      (state !== undefined && holderOf(state) === inputs.ownership.owner && state.adopt?.keyId === wanted),
  );
}

function expiryFrom(inputs: KeyInputs, now: number): string | undefined {
  const lasts = inputs.expiresIn === undefined ? undefined : durationMs(inputs.expiresIn);
  return lasts === undefined ? undefined : isoSecondsUp(now + lasts);
}

/** Without an overlap the predecessor ends in its own `delete` of this run: nothing stays pending. */
function withoutDue(ledger: readonly Retired[], now: number): Retired[] {
  const due = new Set(dueEntries(ledger, now));
  return ledger.filter((entry) => !due.has(entry));
}

function endNow(ledger: readonly Retired[], now: number): Retired[] {
  return ledger.map(({ keyId }) => ({ keyId, revokeAfter: isoSecondsUp(now) }));
}
