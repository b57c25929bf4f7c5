import { lifeStatus } from "../api/keyStatus.ts";
import type { RemoteKey } from "../api/types.ts";
import { dropUndefined } from "../domain/bag.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { instantMs, isoSeconds } from "../domain/instant.ts";
import { rotateAt } from "../domain/rotation.ts";
import { sha256 } from "../domain/stable.ts";
import { digests, newSalt, observed } from "./drift.ts";

export interface NewState {
  inputs: KeyInputs;
  apiKey: string;
  key: RemoteKey;
  /** The name that was sent: a server that normalises names is no drift. */
  name: string;
  endpoint: string;
  attempt: string;
  previous: Retired[];
  /** The server's clock (epoch ms), for a `createdAt` that can't be read. */
  serverTime: number;
  /** The instant sent, if any. */
  expiry?: string;
  adopted: boolean;
  /** What its creation retired. */
  retires: Retired[];
  /** Default: a new one. */
  salt?: string;
}

/** The complete outputs of a key that was just created or adopted. */
export function stateOf(made: NewState): KeyState {
  const { inputs, apiKey, key, serverTime, salt = newSalt() } = made;
  const born = {
    keyId: key.id,
    createdAt: isoSeconds(instantMs(key.createdAt) ?? serverTime),
    adoptedAt: made.adopted ? isoSeconds(serverTime) : undefined,
  };
  const expiry = made.expiry ?? expiryOf(key);
  return dropUndefined({
    ...inputs,
    ...dropUndefined(born),
    apiKey,
    fingerprint: sha256(apiKey).slice(0, 16),
    hint: apiKey.slice(-4),
    status: lifeStatus(key),
    endpoint: made.endpoint,
    name: made.name,
    declared: declaredOf(inputs),
    expiry,
    rotateAt: rotateAt(dropUndefined(born), inputs.rotation),
    previous: made.previous,
    retires: made.retires.length > 0 ? made.retires : undefined,
    attempt: made.attempt,
    confirmed: digests(
      observed({ ...inputs, ...(made.expiry === undefined ? {} : { expiry: made.expiry }) }, key),
      salt,
    ),
    salt,
  });
}

/** What the program asks for: without an end that only the server set. */
export function askedOf({ expiry, ...state }: KeyState): Omit<KeyState, "expiry"> & { expiry?: string } {
  return expiry !== undefined && expiryIsManaged(state) ? { ...state, expiry } : state;
}

/** The program says when the key ends. */
export function expiryIsManaged({ declared, expiresIn }: Pick<KeyState, "declared" | "expiresIn">): boolean {
  return declared.includes("expiry") || expiresIn !== undefined;
}

export function declaredOf(inputs: KeyInputs): KeyState["declared"] {
  return (["name", "expiry"] as const).filter((field) => inputs[field] !== undefined);
}

/** When the server says that the key ends, if ever. */
export function expiryOf({ expiry }: RemoteKey): string | undefined {
  if (!expiry) return undefined;
  const ms = instantMs(expiry);
  return ms === undefined ? expiry : isoSeconds(ms);
}
