import type { RemoteKey } from "../api/types.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { assertEndpoint, locateOwn } from "./account.ts";
import type { HandlerContext } from "./context.ts";
import { compareEcho, echoOf } from "./echo.ts";
import { lifeStatus } from "./remote.ts";
import { expiryOf } from "./state.ts";

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
  context.run.shown.set(state.keyId, state);
  assertEndpoint(context, state);
  const location = await locateOwn(context, state);
  const { drift: _before, ...rest } = state;
  if (location === "absent") return { state: { ...rest, status: "missing" } };
  const key = location.found;
  const held = withEnd(rest, key);
  const { confirmed, drift } = compareEcho(state.confirmed, echoOf(sentFields(held), key));
  const drifted = Object.keys(drift).length > 0;
  const now: KeyState = { ...held, status: lifeStatus(key), confirmed, ...(drifted ? { drift } : {}) };
  return drifted ? { state: now, inputs: { ...inputsOf(state), ...drift } as KeyInputs } : { state: now };
}

function endIsManaged({ declared, expiresIn }: KeyState): boolean {
  return declared.includes("expiry") || expiresIn !== undefined;
}

/** An end that only the server sets is shown as the server has it now. */
function withEnd(state: KeyState, key: RemoteKey): KeyState {
  if (endIsManaged(state)) return state;
  const expiry = expiryOf(key);
  return expiry === undefined ? withoutEnd(state) : { ...state, expiry };
}

/** What the base line of drift is about: not an end that only the server sets. */
function sentFields(state: KeyState): KeyState {
  return endIsManaged(state) ? state : withoutEnd(state);
}

function withoutEnd({ expiry: _end, ...state }: KeyState): KeyState {
  return state;
}

/** The inputs a state was made from. */
function inputsOf(state: KeyState): KeyInputs {
  const { permissions, deletionPolicy, ownership, declared } = state;
  const optional = [
    "namePrefix",
    "description",
    "rateLimit",
    "expiresIn",
    "webhooks",
    "metadata",
    "rotation",
    "adopt",
    "options",
  ] as const;
  const set = [...optional, ...declared].filter((field) => state[field] !== undefined);
  return { permissions, deletionPolicy, ownership, ...Object.fromEntries(set.map((field) => [field, state[field]])) };
}
