import { durationMs } from "../domain/duration.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { isoSecondsUp } from "../domain/instant.ts";
import { dueEntries, withoutDue } from "../domain/rotation.ts";
import { assertAccount, assertEndpoint, locateOwn } from "./account.ts";
import { adoptKey, assertAdoptable } from "./adopt.ts";
import { isIncident } from "./changes.ts";
import { type HandlerContext, InitFailure } from "./context.ts";
import { ensureKey } from "./ensure.ts";
import { endNow, endOwed, ledgerOf, shownOf, withAdopted } from "./inherited.ts";
import { purge } from "./purge.ts";
import { isNamed, serverNow } from "./remote.ts";
import { stateOf } from "./state.ts";
import { ledgerIds, leftovers, sweep, sweptOwners, warnUnexplained } from "./sweep.ts";

/**
 * Makes the key: Observe (what the account holds of this resource), Ensure (one POST, settled if its answer is lost),
 * Sync (end what must end), Return. From the moment an id is known every failure carries the complete outputs.
 */
export async function create(context: HandlerContext, inputs: KeyInputs): Promise<KeyState> {
  const { client, clock, run } = context;
  const { owner } = inputs.ownership;

  // Observe
  const superseded = run.replacing.get(owner)?.state;
  if (superseded !== undefined) await assertKnown(context, superseded, inputs);
  const listing = await client.list("shared");
  const now = serverNow(listing, clock.monotonic());
  // Under `--replace` and `taint` no `diff` says what goes.
  const predecessors = superseded === undefined ? shownOf(context, owner) : [superseded];
  const incident = predecessors.length > 0 && predecessors.every((state) => isIncident(state, inputs));
  const adopting = adoptsNow(context, inputs) ? inputs.adopt : undefined;
  // The account that lists the key to adopt is the right one.
  if (!listing.keys.has(adopting?.keyId ?? "")) assertAccount(context, inputs.ownership.identity, listing);
  const ledger = withAdopted(ledgerOf(predecessors, inputs, listing, now), inputs, adopting, now);
  const owners = () => sweptOwners(context, inputs, superseded); // others may be declared meanwhile
  const spared = ledgerIds(context, ledger);
  warnUnexplained(context, inputs, leftovers(context, listing, owners(), spared));

  // Ensure
  if (adopting !== undefined) assertAdoptable(context, inputs, adopting.keyId, listing);
  // An orphan may hold the explicit name.
  await sweep(context, owners(), spared, ({ key }) => inputs.name !== undefined && isNamed(key, inputs.name));
  // An incident is about this resource's keys: what is adopted without its secret has the overlap all the same.
  const retires = incident ? ledger.filter(({ keyId }) => keyId === adopting?.keyId) : ledger;
  for (const { keyId } of dueEntries(retires, now)) run.due.add(keyId);
  const state =
    adopting?.apiKey === undefined
      ? await makeKey(context, inputs, retires, now)
      : await adoptKey(context, inputs, { ...adopting, apiKey: adopting.apiKey, retires }, now);

  // Sync
  if (incident) {
    const ending = endNow(
      ledger.filter((entry) => !retires.includes(entry)),
      now,
    );
    return purge(context, { ...state, previous: [...state.previous, ...ending], unfinished: "purge" });
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
