import { isLive, isNamed, lifeStatus, type MarkedKey, nameOf, neverUsed } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { durationMs } from "../domain/duration.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { isoSecondsUp } from "../domain/instant.ts";
import { dueEntries, withoutDue } from "../domain/rotation.ts";
import { adoptKey, assertAdoptable } from "../keys/adopt.ts";
import { ensureKey } from "../keys/mint.ts";
import { proveAsked, withUnproven } from "../keys/proveAsked.ts";
import { assertNotOwnToken, revokeListed } from "../keys/revoke.ts";
import { purge } from "../keys/revokeCompromised.ts";
import { stateOf } from "../keys/state.ts";
import { ledgerIds, leftovers, sweep, sweptOwners, warnUnexplained } from "../keys/sweep.ts";
import { endNow, endOwed, ledgerOf, withAdopted } from "../plan/retirement.ts";
import { assertAccount, assertEndpoint, assertStackEndpoint, locateOwn } from "../stack/absence.ts";
import { assertDue, serverClock } from "../stack/clocks.ts";
import { type HandlerContext, InitFailure } from "../stack/context.ts";
import type { Sighting } from "../stack/facts.ts";
import { assertOwnership } from "../stack/ownership.ts";
import { isIncident, sightingOf } from "../stack/view.ts";
import { update } from "./update.ts";

/**
 * Makes the key, once: where an error hook of the engine repeats a create that made its key and then failed, the work goes
 * on with that key.
 */
export async function create(context: HandlerContext, inputs: KeyInputs): Promise<KeyState> {
  assertOwnership(context, inputs);
  const begun = context.view.begunFor(inputs.ownership.owner);
  try {
    return begun === undefined ? await make(context, inputs) : await update(context, begun, inputs);
  } catch (error) {
    if (error instanceof InitFailure) context.view.begun(error.state);
    throw error;
  }
}

/**
 * Observe (what the account holds of this resource), Ensure (one POST, settled if its answer is lost), Sync (revoke what
 * must go), Return. From the moment an id is known every failure carries the complete outputs.
 */
async function make(context: HandlerContext, inputs: KeyInputs): Promise<KeyState> {
  const { client, view } = context;
  const { owner, name: who } = inputs.ownership;

  // Observe
  assertStackEndpoint(context, who);
  const superseded = view.supersededBy(owner);
  if (superseded !== undefined) await assertKnown(context, superseded, inputs);
  const listing = await client.list("shared");
  const now = serverClock(context, listing);
  // Under `--replace` and `taint` no `diff` says what goes.
  const predecessors = superseded === undefined ? view.keysOf(owner) : [sightingOf(superseded)];
  // One that `delete` of this run has revoked first was found due there.
  for (const { keyId } of predecessors.filter((key) => isListedLive(listing, key.keyId))) {
    assertDue(context, { name: who, keyId, dueAt: view.replacementFor(owner)?.dueAt }, listing);
  }
  const incident = predecessors.length > 0 && predecessors.every((key) => isIncident(key, inputs));
  const adopting = adoptsNow(context, inputs) ? inputs.adopt : undefined;
  // The account that lists the key to adopt is the right one.
  if (!listing.keys.has(adopting?.keyId ?? "")) assertAccount(context, inputs.ownership.identity, listing);
  const ledger = withAdopted(ledgerOf(context, predecessors, inputs, listing, now), inputs, adopting, now);
  const owners = () => sweptOwners(context, inputs, superseded); // others may be declared meanwhile
  const spared = ledgerIds(context, ledger);
  const found = leftovers(context, listing, owners(), spared);
  if (superseded === undefined && !view.stateIsRead) {
    assertNoneInUse(
      inputs,
      found.unexplained.filter(({ key }) => key.id !== adopting?.keyId),
    );
  }
  warnUnexplained(context, inputs, found);
  if (adopting !== undefined) assertAdoptable(context, inputs, adopting.keyId, listing);

  // Ensure
  // A leftover of ours that holds the explicit name must go first; else it may wait until the new key exists.
  if (inputs.name !== undefined) {
    await sweep(context, owners(), spared, ({ key }) => isNamed(key, inputs.name ?? ""));
    await freeName(context, inputs, predecessors, listing);
  }
  // An incident is about this resource's keys: what is adopted without its secret has the overlap all the same.
  const retires = incident ? ledger.filter(({ keyId }) => keyId === adopting?.keyId) : ledger;
  view.overlapIsOver(dueEntries(retires, now).map(({ keyId }) => keyId));
  const { state, answer } =
    adopting?.apiKey === undefined
      ? await makeKey(context, inputs, retires, now, superseded?.drift)
      : await adoptKey(context, inputs, { ...adopting, apiKey: adopting.apiKey, retires }, now);

  // Sync
  if (incident) {
    const ending = endNow(
      ledger.filter((entry) => !retires.includes(entry)),
      now,
    );
    return proveAsked(
      context,
      await purge(context, { ...state, previous: [...state.previous, ...ending], unfinished: "purge" }),
      answer,
    );
  }
  try {
    await endOwed(context, listing, state, predecessors, retires, now);
  } catch (error) {
    throw new InitFailure({ ...state, previous: retires }, error);
  }
  try {
    await sweep(context, owners(), spared);
  } catch (error) {
    throw new InitFailure({ ...state, unfinished: "sweep" }, error);
  }
  return proveAsked(context, state, answer);
}

async function makeKey(
  context: HandlerContext,
  inputs: KeyInputs,
  retires: Retired[],
  now: number,
  drifted: KeyState["drift"],
): Promise<{ state: KeyState; answer: RemoteKey }> {
  const expiry = inputs.expiry ?? expiryFrom(inputs, now);
  const made = await ensureKey(context, inputs, expiry, retires);
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
    retires,
  });
  context.view.made(state, retires);
  return { state: withUnproven(context, state, made.key, undefined, drifted), answer: made.key };
}

function isListedLive(listing: Listing, keyId: string): boolean {
  const key = listing.keys.get(keyId);
  return key !== undefined && isLive(key);
}

/** The key that is replaced must be there or be proven gone: else this may be another account. */
async function assertKnown(context: HandlerContext, state: KeyState, inputs: KeyInputs): Promise<void> {
  assertEndpoint(context, state);
  await locateOwn(context, state, [state.ownership.identity, inputs.ownership.identity]);
}

/**
 * Once the adopted key is ours, a replacement makes a new key: adopting the predecessor, which the engine then deletes,
 * would end with no key at all. Where the state isn't known (`--replace` without a refresh) the key is adopted again, and
 * `delete` of this run leaves it alone.
 */
function adoptsNow(context: HandlerContext, inputs: KeyInputs): boolean {
  const { view } = context;
  const wanted = inputs.adopt?.keyId;
  if (wanted === undefined || view.isMade(wanted)) return false;
  const { owner } = inputs.ownership;
  const goes = view.supersededBy(owner);
  const known = [...(goes === undefined ? [] : [sightingOf(goes)]), ...view.keysOf(owner)];
  return !known.some((key) => key.keyId === wanted || key.adopted === wanted);
}

/**
 * A key with an explicit name replaces one that still has it: the engine should have deleted that first, and an option set
 * by a transform kept it from doing so. Names are unique, so it goes now.
 */
async function freeName(
  context: HandlerContext,
  inputs: KeyInputs,
  predecessors: readonly Sighting[],
  listing: Listing,
): Promise<void> {
  for (const predecessor of predecessors) {
    const key = listing.keys.get(predecessor.keyId);
    if (key === undefined || lifeStatus(key) === "revoked" || !isNamed(key, inputs.name ?? "")) continue;
    assertNotOwnToken(context, inputs.ownership.name, predecessor);
    await revokeListed(context, key, predecessor.identity);
  }
}

/**
 * Somebody has the secret of these keys of this resource, and this run can't tell whether the state holds them: neither a
 * refresh nor `diff` has shown any. A new key would cost them their overlap.
 */
function assertNoneInUse(inputs: KeyInputs, unexplained: readonly MarkedKey[]): void {
  const { owner, name } = inputs.ownership;
  const used = unexplained.filter(({ key, marker }) => marker.owner === owner && !neverUsed(key));
  if (used.length === 0) return;
  throw new ZkscoreError({
    code: "ZKS_UNREAD",
    what: `${name}: no new key was made, since ${used.map(({ key }) => nameOf(key)).join(", ")} of this resource is in use`,
    why:
      "Pulumi replaces it (--replace, taint, replacementTrigger, replaceWith) or has lost it, and hasn't read the state in this " +
      "run: whether that key has an overlap, and until when, can't be told",
    remedy:
      "run the same command with --refresh, such as `pulumi up --refresh`; where replaceWith asked for it, the other resource is " +
      "new already: add --replace and this key's URN; best set `options: { refresh: always }` in Pulumi.yaml",
    safe: "no key was created or revoked",
  });
}

function expiryFrom(inputs: KeyInputs, now: number): string | undefined {
  const lasts = inputs.expiresIn === undefined ? undefined : durationMs(inputs.expiresIn);
  return lasts === undefined ? undefined : isoSecondsUp(now + lasts);
}
