import type { Listing } from "../api/types.ts";
import { durationMs } from "../domain/duration.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { isoSecondsUp } from "../domain/instant.ts";
import { ledgerAfter, withoutDue } from "../domain/rotation.ts";
import { assertAccount, assertEndpoint, locateOwn } from "./account.ts";
import { adoptKey, assertAdoptable } from "./adopt.ts";
import { isIncident } from "./changes.ts";
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
  const predecessors = superseded === undefined ? shownOf(context, owner) : [superseded.state];
  const adopting = adoptsNow(context, inputs) ? inputs.adopt : undefined;
  const ledger = withAdopted(ledgerOf(predecessors, inputs, listing, now), inputs, adopting, now);
  const owners = sweptOwners(context, inputs, superseded?.state);
  const spared = ledgerIds(context, ledger);
  warnUnexplained(context, inputs, leftovers(context, listing, owners, spared));

  // Ensure
  if (adopting !== undefined) assertAdoptable(context, inputs, adopting.keyId, listing);
  await sweep(context, owners, spared, ({ key }) => key.name === inputs.name); // an orphan may hold the explicit name
  // Under `--replace` and `taint` no `diff` says it.
  const compromised =
    superseded?.compromised ?? (predecessors.length > 0 && predecessors.every((state) => isIncident(state, inputs)));
  const retires = compromised ? [] : ledger;
  const state =
    adopting?.apiKey === undefined
      ? await makeKey(context, inputs, retires, now)
      : await adoptKey(context, inputs, { ...adopting, apiKey: adopting.apiKey, retires }, now);

  // Sync
  if (compromised) return purge(context, { ...state, previous: endNow(ledger, now), unfinished: "purge" }, inputs);
  try {
    await sweep(context, owners, spared);
  } catch (error) {
    throw new InitFailure({ ...state, unfinished: "sweep" }, error);
  }
  return state;
}

async function makeKey(context: HandlerContext, inputs: KeyInputs, retires: Retired[], now: number): Promise<KeyState> {
  const expiry = inputs.expiry ?? expiryFrom(inputs, now);
  const made = await ensureKey(context, inputs, expiry, retires);
  context.run.made.set(made.key.id, { owner: inputs.ownership.owner, retires });
  return stateOf({
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
}

/** The key that is replaced must be there or be proven gone: else this may be another account. */
async function assertKnown(context: HandlerContext, state: KeyState, inputs: KeyInputs): Promise<void> {
  assertEndpoint(context, state);
  await locateOwn(context, state, [state.ownership.identity, inputs.ownership.identity]);
}

/** What the new key retires: the keys it replaces, and what their ledgers held. */
function ledgerOf(predecessors: readonly KeyState[], inputs: KeyInputs, listing: Listing, now: number): Retired[] {
  // What a ledger has promised holds: no instant is prolonged or cut.
  const promised = new Map(predecessors.flatMap((state) => state.previous.map((entry) => [entry.keyId, entry])));
  const entries = predecessors
    .flatMap((state) => ledgerAfter(state, inputs, now))
    .map((entry) => promised.get(entry.keyId) ?? entry);
  const unique = entries.filter((entry, index) => entries.findIndex(({ keyId }) => keyId === entry.keyId) === index);
  // What a listing shows as dead needs no ending; what it doesn't show keeps its place.
  return unique.filter(({ keyId }) => {
    const key = listing.keys.get(keyId);
    return key === undefined ? !predecessors.some((state) => state.keyId === keyId) : isLive(key);
  });
}

/** An adopted key leaves the ledger if its secret is known; without the secret it is retired by the key that is made. */
function withAdopted(ledger: Retired[], inputs: KeyInputs, adopting: KeyInputs["adopt"], now: number): Retired[] {
  if (adopting === undefined) return ledger;
  const others = ledger.filter(({ keyId }) => keyId !== adopting.keyId);
  if (adopting.apiKey !== undefined) return others;
  if (others.length < ledger.length) return ledger;
  const overlap = durationMs(inputs.rotation?.overlap ?? "0s") ?? 0;
  return [...ledger, { keyId: adopting.keyId, revokeAfter: isoSecondsUp(now + overlap) }];
}

/**
 * What the refresh of this run has shown of this resource: under `--replace` and `taint` no `diff` names the superseded
 * key. Dead ones too: their ledgers count. By who has them now: an alias may have taken one, with its mark, elsewhere.
 */
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
  const { owner } = inputs.ownership;
  const known = [context.run.replacing.get(owner)?.state, ...shownOf(context, owner)];
  return !known.some((state) => state?.keyId === wanted || state?.adopt?.keyId === wanted);
}

function expiryFrom(inputs: KeyInputs, now: number): string | undefined {
  const lasts = inputs.expiresIn === undefined ? undefined : durationMs(inputs.expiresIn);
  return lasts === undefined ? undefined : isoSecondsUp(now + lasts);
}

function endNow(ledger: readonly Retired[], now: number): Retired[] {
  return ledger.map(({ keyId }) => ({ keyId, revokeAfter: isoSecondsUp(now) }));
}
