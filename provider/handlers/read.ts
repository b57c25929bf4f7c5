import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { assertEndpoint, locate } from "./account.ts";
import type { HandlerContext } from "./context.ts";
import { compareEcho, echoOf } from "./echo.ts";
import { lifeStatus } from "./remote.ts";

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
  const location = await locate(context, state.keyId, [state.ownership.identity]);
  const { drift: _before, ...rest } = state;
  if (location === "absent") return { state: { ...rest, status: "missing" } };
  const key = location.found;
  const { confirmed, drift } = compareEcho(state.confirmed, echoOf(state, key));
  const drifted = Object.keys(drift).length > 0;
  const now: KeyState = { ...rest, status: lifeStatus(key), confirmed, ...(drifted ? { drift } : {}) };
  return drifted ? { state: now, inputs: { ...inputsOf(state), ...drift } as KeyInputs } : { state: now };
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
  ] as const;
  const set = [...optional, ...declared].filter((field) => state[field] !== undefined);
  return { permissions, deletionPolicy, ownership, ...Object.fromEntries(set.map((field) => [field, state[field]])) };
}
