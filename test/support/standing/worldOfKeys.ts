import type { Listing, RemoteKey } from "../../../provider/api/types.ts";
import type { KeyState, Ownership, Retired } from "../../../provider/domain/inputs.ts";
import { encodeMarker } from "../../../provider/domain/marker.ts";

/** A key as a listing shows it; with a mark where `ownership` is given. Live and never used, unless `about` says otherwise. */
export function listedKey(
  id: string,
  ownership: Ownership | undefined,
  { retires = [], keep = false, ...about }: Partial<RemoteKey> & { retires?: Retired[]; keep?: boolean } = {},
): RemoteKey {
  const marker = ownership === undefined ? {} : encodeMarker({ ...ownership, attempt: "00000000", retires, keep });
  return {
    id,
    name: id,
    status: "active",
    permissions: [],
    createdAt: "2026-11-20T12:00:00Z",
    metadata: marker,
    usage: { totalRequests: 0 },
    ...about,
  };
}

export const USED: Partial<RemoteKey> = { lastUsed: "2026-11-20T13:00:00Z", usage: { totalRequests: 3 } };

export function listingOf(keys: readonly RemoteKey[]): Listing {
  return { keys: new Map(keys.map((key) => [key.id, key])), serverTime: 0, fetchedAt: 0, complete: true };
}

/** What a view and a plan look at of a state. */
export function stateOfKey(keyId: string, ownership: Ownership, more: Partial<KeyState> = {}): KeyState {
  const state = {
    keyId,
    ownership,
    endpoint: "e",
    previous: [],
    fingerprint: "f",
    status: "active",
    deletionPolicy: "revoke",
    ...more,
  };
  return state as unknown as KeyState; // a state has more, which no decision needs
}

/** Every combination of one value of each field. */
export function* product<T extends Record<string, readonly unknown[]>>(
  fields: T,
): Generator<{ [F in keyof T]: T[F][number] }> {
  const entries = Object.entries(fields);
  const total = entries.reduce((all, [, values]) => all * values.length, 1);
  for (let row = 0; row < total; row++) {
    let rest = row;
    const chosen = entries.map(([field, values]) => {
      const value = values[rest % values.length];
      rest = Math.floor(rest / values.length);
      return [field, value];
    });
    yield Object.fromEntries(chosen) as { [F in keyof T]: T[F][number] }; // one value of each field
  }
}
