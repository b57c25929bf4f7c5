import { isLive } from "../../provider/api/keyStatus.ts";
import type { CreatedKey, KeyApi, Listing, RemoteKey } from "../../provider/api/types.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import type { CreateRequest } from "../../provider/domain/wire.ts";
import { caught } from "../doctor/look/api.ts";
import { isProbesOwn, type ProbeKey, requestOf } from "./key.ts";
import { type Page, threePages } from "./pages.ts";
import { revokeAll, type Swept } from "./sweep.ts";

/** What was seen while one key was made, used and revoked. Judged by `judge.ts`. */
export interface Observed {
  sent: CreateRequest & { metadata: Record<string, unknown> };
  created: CreatedKey;
  /** It in the listing right after. */
  listed: RemoteKey | undefined;
  ownUsage: "answered" | ZkscoreError;
  /** Absent: the account has no other key. */
  otherUsage?: "answered" | ZkscoreError;
  /** The same name once more. */
  again: "created" | ZkscoreError;
  updated: RemoteKey | ZkscoreError;
  /** It in the listing after the update. */
  listedUpdated: RemoteKey | undefined;
  pages: readonly [Page, Page, Page];
  revoked: "revoked" | "gone" | ZkscoreError;
  /** It in the listing after it was revoked. */
  listedRevoked: RemoteKey | undefined;
  revokedAgain: "revoked" | "gone" | ZkscoreError;
}

export const NEW_DESCRIPTION = "Updated by `zkscore-keys doctor --probe`. It may be revoked at any time.";

interface Account {
  client: KeyApi;
  baseUrl: string;
  token: string;
}

/**
 * Makes one key and tries it. Whatever happens, every key it made is revoked before this ends; `stopped` is looked at
 * between two trials, `onClean` is called when surely none is left. Throws what the API said where not even the key could
 * be made.
 */
export async function tryOne(
  { client, baseUrl, token }: Account,
  key: ProbeKey,
  before: Listing,
  { stopped, onClean }: { stopped: () => boolean; onClean: () => void },
): Promise<{ observed: Partial<Observed>; left: Swept[]; sure: boolean }> {
  const sent = requestOf(key);
  const observed: Partial<Observed> = { sent };
  const inListing = async (id: string) => (await client.list("fresh")).keys.get(id);
  try {
    const created = await client.create(sent);
    const { id } = created.key;
    observed.created = created;
    const other = [...before.keys.values()].find((one) => isLive(one) && one.id !== id);
    const trials: (() => Promise<Partial<Observed>>)[] = [
      async () => ({ listed: await inListing(id) }),
      async () => ({ ownUsage: await caught(() => usageOf(client, id, created.apiKey)) }),
      async () =>
        other === undefined ? {} : { otherUsage: await caught(() => usageOf(client, other.id, created.apiKey)) },
      async () => ({ again: await caught(async () => (await client.create(sent)) && ("created" as const)) }),
      async () => ({ updated: await caught(() => client.update(id, { description: NEW_DESCRIPTION })) }),
      async () => ({ listedUpdated: ZkscoreError.is(observed.updated) ? undefined : await inListing(id) }),
      async () => ({ pages: await threePages(baseUrl, token) }),
      // A key that was there before isn't this probe's, whatever the answer to create says.
      async () => (before.keys.has(id) ? {} : { revoked: await caught(() => client.revoke(id)) }),
      async () => ({ listedRevoked: await inListing(id) }),
      async () => (observed.revoked === "revoked" ? { revokedAgain: await caught(() => client.revoke(id)) } : {}),
    ];
    for (const trial of trials) {
      if (stopped()) break;
      Object.assign(observed, await trial());
    }
  } catch (error) {
    // Where a listing failed, what was seen so far is judged; what wasn't is unknown.
    if (observed.created === undefined || !ZkscoreError.is(error)) {
      const cleaned = await cleanUp(client, key, before, observed);
      const never = ZkscoreError.is(error) && error.outcome !== "unknown";
      if (cleaned.left.length === 0 && (cleaned.sure || never)) onClean();
      throw error;
    }
  }
  const cleaned = await cleanUp(client, key, before, observed);
  if (cleaned.sure) onClean();
  return { observed, ...cleaned };
}

async function usageOf(client: KeyApi, keyId: string, secret: string): Promise<"answered"> {
  await client.usage({ keyId }, secret);
  return "answered";
}

/**
 * Revokes every key of this probe that still lives, those whose creation was never answered too. `left`: those that live
 * on; `sure`: the account shows that there is none.
 */
async function cleanUp(
  client: KeyApi,
  key: ProbeKey,
  before: Listing,
  { created, revoked }: Partial<Observed>,
): Promise<{ left: Swept[]; sure: boolean }> {
  const id = created === undefined || before.keys.has(created.key.id) ? undefined : created.key.id;
  const isOwn = (one: RemoteKey) => !before.keys.has(one.id) && (one.id === id || isProbesOwn(key, one));
  const own = async () => {
    const listing = await caught(() => client.list("fresh"));
    return ZkscoreError.is(listing) ? undefined : [...listing.keys.values()].filter(isOwn);
  };
  // Also where a listing doesn't show it: it may be an old one.
  let gone = revoked;
  if (id !== undefined && gone !== "revoked") gone = await caught(() => client.revoke(id));
  const first = await own();
  if (first?.some(isLive)) await revokeAll(client, first.filter(isLive));
  const last = first?.some(isLive) ? await own() : first;
  if (last === undefined) {
    return {
      left: id === undefined || gone === "revoked" ? [] : [{ id, name: key.name, revoked: false }],
      sure: false,
    };
  }
  const left = last.filter(isLive).map((one) => ({ id: one.id, name: one.name, revoked: false }));
  return { left, sure: left.length === 0 && (last.length > 0 || gone === "revoked") };
}
