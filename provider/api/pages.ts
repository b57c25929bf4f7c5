import { type ListResponse, listResponse } from "../domain/wire.ts";
import { serverTime } from "./decode.ts";
import { type Call, listingError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import { OPERATIONS } from "./operation.ts";
import { type ApiContext, prepare } from "./prepare.ts";
import type { Listing, RemoteKey } from "./types.ts";

const PAGE_SIZE = 100;
const PAGES_MAX = 10_000;
/** What one listing may hold. An honest account has some thousands of keys, of about 1 KB each. */
const KEYS_MAX = 100_000;
const BYTES_MAX = 64 * 1024 * 1024;
/** And for each key: names, grants and descriptions have limits of a few KB, metadata is a few notes. */
const BYTES_OF_KEY_MAX = 64 * 1024;

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
export async function fetchListing(context: ApiContext, onPage?: OnPage): Promise<Listing> {
  const first = prepare(context, OPERATIONS.list, OPERATIONS.list.template);
  const fetchPage = async (offset: number): Promise<Page> => {
    const path = `${OPERATIONS.list.template}?limit=${PAGE_SIZE}&offset=${offset}`;
    const outgoing = { ...first.outgoing, path };
    const { value, answer } = await exchange({ ...first, outgoing, schema: listResponse });
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
  return { keys, complete, serverTime: walk.serverTime, fetchedAt: context.policy.clock.monotonic() };
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
    const { pagination } = body;
    if (pagination.offset !== offset)
      throw listingError(call, "the server answered another page than the one asked for");
    if (body.keys.length === 0 && pagination.hasMore)
      throw listingError(call, "an empty page says that there are more");
    total ??= pagination.total;
    const before = keys.size;
    for (const key of body.keys) keys.set(key.id, key);
    assertBudget(call, keys.size, bytesSum);
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

/** Stops a listing before it fills this machine's memory. */
function assertBudget(call: Call, keys: number, bytes: number): void {
  if (keys <= KEYS_MAX && bytes <= BYTES_MAX && bytes <= (keys + 16) * BYTES_OF_KEY_MAX) return;
  const [most, each] = [BYTES_MAX, BYTES_OF_KEY_MAX].map((size) => size / 1024);
  throw listingError(
    call,
    `it has no end in sight, or keys as large as no honest one: more than ${KEYS_MAX.toLocaleString("en-US")} keys, ${(most ?? 0) / 1024} MB, or ${each} KB a key`,
  );
}
