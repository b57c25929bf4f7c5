import { isLive, neverUsed } from "../../provider/api/keyStatus.ts";
import type { KeyApi, Listing } from "../../provider/api/types.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { isoSeconds } from "../../provider/domain/instant.ts";
import type { UsageResponse } from "../../provider/domain/wire.ts";
import type { Account } from "../account.ts";
import type { ExportedState } from "../exportedState.ts";
import { say } from "../output.ts";
import { trustworthy } from "../reconcile/trustworthy.ts";

/** How long usage is watched, and from when on a key without a request counts as idle: as the policies have it. */
export const WATCHED_DAYS = 45;

const DAY_MS = 86_400_000;
const AT_ONCE = 4;
/** Enough for a point a day; an API may give fewer at once. */
const POINTS = 100;
const PATIENCE_MS = 2_000;

/** All that a report is made from. */
export interface Gathered {
  /** Epoch ms: the server's clock, or this machine's where the account wasn't asked. */
  now: number;
  states: readonly ExportedState[];
  account?: {
    endpoint: string;
    listing: Listing;
    usage: Usage;
  };
}

export interface Usage {
  /** Epoch ms. */
  from: number;
  /** By key id. Keys that were never used aren't asked for. */
  byKey: ReadonlyMap<string, UsageResponse>;
  /** Why some weren't answered. */
  failure?: string;
}

/** Asks the account: one listing, and the usage of each live key that has some. */
export async function askAccount(account: Account, states: readonly ExportedState[]): Promise<Gathered> {
  const listing = states.length === 0 ? await account.list() : await trustworthy(account, states);
  const now = listing.serverTime;
  const used = [...listing.keys.values()].filter((key) => isLive(key) && !neverUsed(key));
  const usage = await usageOf(
    account.client,
    used.map(({ id }) => id),
    now,
  );
  return { now, states, account: { endpoint: account.endpoint, listing, usage } };
}

async function usageOf(client: KeyApi, ids: readonly string[], now: number): Promise<Usage> {
  // Whole days: the first one of the window counts from its midnight.
  const from = Math.floor(now / DAY_MS) * DAY_MS - (WATCHED_DAYS - 1) * DAY_MS;
  const window = { from: isoSeconds(from), to: isoSeconds(now) };
  const byKey = new Map<string, UsageResponse>();
  const open = [...ids];
  let failure: string | undefined;
  const work = async () => {
    for (let keyId = open.shift(); keyId !== undefined; keyId = open.shift()) {
      try {
        byKey.set(keyId, await client.usage({ keyId, ...window, limit: POINTS }));
      } catch (error) {
        if (!ZkscoreError.is(error)) throw error;
        failure = error.code;
        open.length = 0; // an API that is down for one key is down for the rest
      }
    }
  };
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    say(`asking for usage: ${byKey.size} of ${ids.length} keys after ${seconds} s`);
  }, PATIENCE_MS);
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    clearInterval(timer);
  }
  return { from, byKey, ...(failure === undefined ? {} : { failure }) };
}
