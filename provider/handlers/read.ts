import { lifeStatus } from "../api/keyStatus.ts";
import type { RemoteKey } from "../api/types.ts";
import { pick } from "../domain/bag.ts";
import { INPUT_NAMES } from "../domain/inputSchema.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { asWritten } from "../domain/written.ts";
import { driftFrom, observed } from "../keys/drift.ts";
import { warnWider } from "../keys/proveAsked.ts";
import { askedOf, expiryIsManaged, expiryOf } from "../keys/state.ts";
import { accountInputs } from "../plan/accountInputs.ts";
import { assertEndpoint, locateOwn } from "../stack/absence.ts";
import { serverClock } from "../stack/clocks.ts";
import type { HandlerContext } from "../stack/context.ts";
import { tellListing } from "../stack/known.ts";
import { lookUpMoved } from "../stack/moved.ts";
import { holderOf } from "../stack/view.ts";

export interface ReadResult {
  state: KeyState;
  /** Inputs as the server has them, where someone changed them; absent = as they were. */
  inputs?: KeyInputs;
}

/**
 * What the account says of a key of the state. Present, proven absent, or unknown (throws). Never drops the key from
 * the state: gone or revoked becomes a `status`, and `diff` then replaces it, so that dependents move in order and a
 * listing that was wrong costs nothing.
 */
export async function read(context: HandlerContext, state: KeyState): Promise<ReadResult> {
  const { client, settings, view } = context;
  view.showed(state);
  if (settings.confirmMoved && state.endpoint !== settings.endpoint) {
    await lookUpMoved(context, state);
    return { state };
  }
  assertEndpoint(context, state);
  const location = await locateOwn(context, state);
  const listing = client.known();
  if (listing !== undefined) serverClock(context, listing);
  tellListing(context, state.ownership.identity);
  const { drift: before, ...rest } = state;
  if (location === "absent") return { state: { ...rest, status: "missing" } };
  const key = location.found;
  const held = withExpiry(rest, key);
  const echo = Object.entries(observed(askedOf(held), key)).filter(([field]) => !isUnproven(state, field));
  const { drift, ...baseLine } = driftFrom(state, Object.fromEntries(echo));
  const drifted = Object.keys(drift).length > 0;
  const now: KeyState = { ...held, status: lifeStatus(key), ...baseLine, ...(drifted ? { drift } : {}) };
  warnWider(context, now, key);
  // Also where a drift has gone: the inputs in the state are still those of the account as it was.
  const moved = drifted || before !== undefined;
  return moved ? { state: now, inputs: { ...inputsOf(state), ...accountInputs(now) } } : { state: now };
}

/** What nobody has asked for must not become a base line. */
function isUnproven({ unproven = [] }: KeyState, field: string): boolean {
  return unproven.some((one) => one === field);
}

/** An end that only the server sets is shown as the server has it now. */
function withExpiry(state: KeyState, key: RemoteKey): KeyState {
  if (expiryIsManaged(state)) return state;
  const expiry = expiryOf(key);
  return expiry === undefined ? withoutExpiry(state) : { ...state, expiry };
}

function withoutExpiry({ expiry: _end, ...state }: KeyState): KeyState {
  return state;
}

/** The inputs a state was made from, as the program wrote them. The owner is the one that has the key now. */
function inputsOf(state: KeyState): KeyInputs {
  const { deletionPolicy, ownership, declared } = state;
  const derived = (["name", "expiry"] as const).filter((field) => !declared.includes(field));
  const set = INPUT_NAMES.filter((name) => !derived.some((field) => field === name));
  return {
    ...pick(state, set),
    ...asWritten(state),
    deletionPolicy,
    ownership: { ...ownership, owner: holderOf(state) },
  };
}
