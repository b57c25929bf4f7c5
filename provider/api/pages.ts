import { type ListResponse, listResponse } from "../domain/wire.ts";
import { serverTime } from "./decode.ts";
import { type Call, listingError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import { OPERATIONS } from "./operation.ts";
import { type Context, prepare } from "./prepare.ts";
import type { Listing, RemoteKey } from "./types.ts";

const PAGE_SIZE = 100;
const PAGES_MAX = 10_000;
/** What one listing may hold. An honest account has some thousands of keys, of about 1 KB each. */
const KEYS_MAX = 100_000;
const BYTES_MAX = 100 * 1024 * 1024;

/** `seen` keys so far, of the `total` that the server speaks of. A listing that contradicts itself starts again. */
export type OnPage = (seen: number, total: number) => void;

/** One page as the server answered it, with its clock. */
interface Page {
  body: ListResponse;
  serverTime: number;
  /** Of its text. */
  bytes: number;
}

interface Walk {
  keys: Map<string, RemoteKey>;
  serverTime: number;
  complete: boolean;
  /** A page came again and more was promised: offsets don't mean what they should. */
  looping: boolean;
}

/**
 * Every page of the account, all within one deadline. A key made or revoked meanwhile shifts pages, so a walk that
 * contradicts itself is done once more; the second one is answered as it is, with `complete: false`.
 */
export async function fetchListing(context: Context, onPage?: OnPage): Promise<Listing> {
  const first = prepare(context, OPERATIONS.list, OPERATIONS.list.template);
  const fetchPage = async (offset: number): Promise<Page> => {
    const path = `${OPERATIONS.list.template}?limit=${PAGE_SIZE}&offset=${offset}`;
    const request = { ...first.request, path };
    const { value, answer } = await exchange({ ...first, request, schema: listResponse });
    onPage?.(offset + value.keys.length, value.pagination.total);
    return {
      body: value,
      serverTime: serverTime(first.call, answer, value.timestamp),
      bytes: answer.text?.length ?? 0,
    };
  };
  let walk = await walkPages(first.call, fetchPage);
  if (!walk.complete) walk = await walkPages(first.call, fetchPage);
  if (walk.looping) throw listingError(first.call, "the server gives the same page again and says that there are more");
  const { keys, complete } = walk;
  return { keys, complete, serverTime: walk.serverTime, fetchedAt: context.run.clock.monotonic() };
}

async function walkPages(call: Call, fetchPage: (offset: number) => Promise<Page>): Promise<Walk> {
  const keys = new Map<string, RemoteKey>();
  let total: number | undefined;
  let consistent = true;
  let offset = 0;
  let bytesSum = 0;
  for (let n = 0; n < PAGES_MAX; n++) {
    const { body, serverTime, bytes } = await fetchPage(offset);
    bytesSum += bytes;
    if (bytesSum > BYTES_MAX || keys.size + body.keys.length > KEYS_MAX) throw tooMuch(call);
    const { pagination } = body;
    if (pagination.offset !== offset)
      throw listingError(call, "the server answered another page than the one asked for");
    if (body.keys.length === 0 && pagination.hasMore)
      throw listingError(call, "an empty page says that there are more");
    total ??= pagination.total;
    const before = keys.size;
    for (const key of body.keys) keys.set(key.id, key);
    if (pagination.total !== total || keys.size !== before + body.keys.length) consistent = false;
    const looping = pagination.hasMore && keys.size === before;
    // Advance by what came, not by what was asked: a server may cap the page below `limit`.
    offset += body.keys.length;
    if (looping || !pagination.hasMore) {
      return { keys, serverTime, complete: consistent && !looping && keys.size === total, looping };
    }
  }
  throw listingError(call, `more than ${PAGES_MAX} pages`);
}

/** Before it fills this machine's memory. */
function tooMuch(call: Call) {
  const why = `it has no end in sight: more than ${KEYS_MAX.toLocaleString("en-US")} keys, or more than ${BYTES_MAX / 1024 / 1024} MB`;
  return listingError(call, why);
}
