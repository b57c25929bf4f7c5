import { markerOf } from "../../provider/api/keyStatus.ts";
import type { Listing } from "../../provider/api/types.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import type { Account } from "../account.ts";
import type { ExportedState } from "../exportedState.ts";

/** The account's listing, if it can be the account of these states and is complete. */
export async function trustworthy({ list, endpoint }: Account, states: readonly ExportedState[]): Promise<Listing> {
  const keys = states.flatMap((state) => state.keys);
  const elsewhere = keys.find((key) => key.endpoint !== undefined && key.endpoint !== endpoint);
  if (elsewhere !== undefined) {
    throw wrongAccount(
      `key ${elsewhere.keyId} lives at ${elsewhere.endpoint}, this command talks to ${endpoint}`,
      "the base URL is another one than when the key was created",
      "set ZKSCORE_BASE_URL to the deployment of these states",
    );
  }
  const listing = await list();
  if (!listing.complete) {
    throw new ZkscoreError({
      code: "ZKS_LISTING",
      what: "the account's listing can't be trusted",
      why: "it contradicts itself (its totals, its count or its ids), also when asked again",
      remedy: "run this again; if it lasts, ask the API's support",
      safe: "nothing was revoked",
    });
  }
  const identities = new Set(states.flatMap((state) => [...state.identities]));
  const knows = [...listing.keys.values()].some(
    (key) => keys.some(({ keyId }) => keyId === key.id) || identities.has(markerOf(key)?.identity ?? ""),
  );
  if (keys.length > 0 && !knows) {
    throw wrongAccount(
      `the account shows none of the ${keys.length} key(s) of these states`,
      "the token is probably another account's",
      `check ZKSCORE_TOKEN and ZKSCORE_BASE_URL (${endpoint})`,
    );
  }
  return listing;
}

function wrongAccount(what: string, why: string, remedy: string): ZkscoreError {
  return new ZkscoreError({ code: "ZKS_WRONG_ACCOUNT", what, why, remedy, safe: "nothing was revoked" });
}
