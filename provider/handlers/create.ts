import { hasName, lifeStatus, liveIn, nameOf } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { durationMs } from "../domain/duration.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { isoSecondsUp } from "../domain/instant.ts";
import { overOf, withoutOver } from "../domain/rotation.ts";
import { adoptKey, assertAdoptable } from "../keys/adopt.ts";
import { mint } from "../keys/mint.ts";
import { sweep, warnOfDoubtful } from "../keys/orphans.ts";
import { proveAsked, withUnproven } from "../keys/proveAsked.ts";
import { revokeRetired } from "../keys/retired.ts";
import { assertNotOwnToken, revokeListed } from "../keys/revoke.ts";
import { revokeCompromised } from "../keys/revokeCompromised.ts";
import { stateOf } from "../keys/state.ts";
import { type CreationPlan, planCreation } from "../plan/creation.ts";
import { sweptOwners } from "../plan/sweep.ts";
import { assertAccount, assertEndpoint, assertStackEndpoint, locateOwn } from "../stack/absence.ts";
import { assertDue, serverClock } from "../stack/clocks.ts";
import { type HandlerContext, InitFailure } from "../stack/context.ts";
import { assertOwnership } from "../stack/ownership.ts";
import type { Orphan } from "../stack/standing.ts";
import { update } from "./update.ts";

/**
 * Makes the key, once: where an error hook of the engine repeats a create that made its key and then failed, the work goes
 * on with that key.
 */
export async function create(context: HandlerContext, inputs: KeyInputs): Promise<KeyState> {
  context.view.registered(inputs.ownership.owner);
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
 * Observe (what the account holds of this resource), plan, act (one POST, settled if its answer is lost; then revoke what
 * must go), return. From the moment an id is known every failure carries the complete outputs.
 */
async function make(context: HandlerContext, inputs: KeyInputs): Promise<KeyState> {
  const { client, view } = context;

  // Observe
  assertStackEndpoint(context, inputs.ownership.name);
  const superseded = view.supersededBy(inputs.ownership.owner);
  if (superseded !== undefined) await assertKnown(context, superseded, inputs);
  const listing = await client.list("shared");
  const now = serverClock(context, listing);

  // Plan
  const plan = planCreation(inputs, { view, listing, now });
  assertPlan(context, inputs, plan, listing);
  warnOfDoubtful(context, inputs, plan.orphans);
  if (plan.adopts !== undefined) assertAdoptable(context, inputs, plan.adopts.keyId, listing);

  // Act
  // Handlers run at once, and another may declare its owner meanwhile: asked anew at each sweep.
  const orphans = () => sweptOwners(view, inputs, superseded);
  const planned = [...plan.retires, ...plan.revokesNow];
  // An orphan that holds the explicit name must be revoked first; else it may wait until the new key exists.
  if (inputs.name !== undefined) {
    await sweep(context, orphans(), { planned, only: ({ key }) => hasName(key, inputs.name ?? "") });
    await freeName(context, inputs, plan, listing);
  }
  view.overlapIsOver(overOf(plan.retires, now).map(({ keyId }) => keyId));
  const { state, answer } = await makeOrAdopt(context, inputs, plan, now, superseded?.drift);
  if (plan.incident) {
    const compromised = { ...state, previous: [...state.previous, ...plan.revokesNow], unfinished: "purge" as const };
    return proveAsked(context, await revokeCompromised(context, compromised), answer);
  }
  try {
    await revokeOwed(context, state, plan.revokesOwed);
  } catch (error) {
    throw new InitFailure({ ...state, previous: [...plan.retires] }, error);
  }
  try {
    await sweep(context, orphans(), { planned });
  } catch (error) {
    throw new InitFailure({ ...state, unfinished: "sweep" }, error);
  }
  return proveAsked(context, state, answer);
}

/** Refuses, before anything is changed, what the account, a clock or an unread state speak against. */
function assertPlan(context: HandlerContext, inputs: KeyInputs, plan: CreationPlan, listing: Listing): void {
  const { owner, name, identity } = inputs.ownership;
  const dueAt = context.view.replacementFor(owner)?.dueAt;
  // One that `delete` of this run has revoked first was found due there.
  for (const { keyId } of plan.replaces.filter((key) => liveIn(listing, key.keyId) !== undefined)) {
    assertDue(context, { name, keyId, dueAt }, listing);
  }
  // The account that lists the key to adopt is the right one.
  if (!listing.keys.has(plan.adopts?.keyId ?? "")) assertAccount(context, identity, listing);
  if (plan.mayBeHeld.length > 0) throw unread(inputs, plan.mayBeHeld);
}

async function makeOrAdopt(
  context: HandlerContext,
  inputs: KeyInputs,
  { adopts, retires }: CreationPlan,
  now: number,
  drifted: KeyState["drift"],
): Promise<{ state: KeyState; answer: RemoteKey }> {
  if (adopts?.apiKey !== undefined) {
    return adoptKey(context, inputs, { ...adopts, apiKey: adopts.apiKey, retires: [...retires] }, now);
  }
  const expiry = inputs.expiry ?? expiryFrom(inputs, now);
  const made = await mint(context, inputs, expiry, [...retires]);
  const state = stateOf({
    inputs,
    apiKey: made.apiKey,
    key: made.key,
    name: made.sentName,
    endpoint: context.settings.endpoint,
    attempt: made.attempt,
    previous: withoutOver(retires, now),
    serverTime: made.serverTime,
    ...(expiry === undefined ? {} : { expiry }),
    adopted: false,
    retires: [...retires],
  });
  context.view.made(state, retires);
  return { state: withUnproven(context, state, made.key, undefined, drifted), answer: made.key };
}

async function revokeOwed(context: HandlerContext, state: KeyState, owed: readonly string[]): Promise<void> {
  if (owed.length === 0) return;
  const listing = await context.client.list("fresh");
  for (const keyId of owed) await revokeRetired(context, listing, keyId, state, "its overlap is over");
}

/** The key that is replaced must be there or be proven gone: else this may be another account. */
async function assertKnown(context: HandlerContext, state: KeyState, inputs: KeyInputs): Promise<void> {
  assertEndpoint(context, state);
  await locateOwn(context, state, [state.ownership.identity, inputs.ownership.identity]);
}

/**
 * A key with an explicit name replaces one that still has it: the engine should have deleted that first, and an option set
 * by a transform kept it from doing so. Names are unique, so it is revoked now.
 */
async function freeName(
  context: HandlerContext,
  inputs: KeyInputs,
  { replaces }: CreationPlan,
  listing: Listing,
): Promise<void> {
  for (const predecessor of replaces) {
    const key = listing.keys.get(predecessor.keyId);
    if (key === undefined || lifeStatus(key) === "revoked" || !hasName(key, inputs.name ?? "")) continue;
    assertNotOwnToken(context, inputs.ownership.name, predecessor);
    await revokeListed(context, key, predecessor.identity);
  }
}

function unread({ ownership }: KeyInputs, used: readonly Orphan[]): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_UNREAD",
    what: `${ownership.name}: no new key was made, since ${used.map(({ key }) => nameOf(key)).join(", ")} of this resource is in use`,
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
