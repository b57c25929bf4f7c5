import { ZkscoreError } from "../domain/errors.ts";
import { type ListResponse, listResponse } from "../domain/wire.ts";
import { serverTime } from "./decode.ts";
import { type Call, listingError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import { OPERATIONS } from "./operation.ts";
import { type ApiContext, prepare } from "./prepare.ts";
import type { Listing, RemoteKey } from "./types.ts";

/** What each deployment is expected to give (assumed; the reference names no largest page), and what it is tried for. */
const [PAGE_SIZE, LARGE_PAGE_SIZE] = [100, 500];
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
 * Lists accounts, each page as large as the API allows. How large that is, is found out at the first page that comes full
 * and isn't the last: from then on larger ones are asked for, or never again. A small account costs no request for it.
 */
export function createLister(context: ApiContext, onPage?: OnPage): () => Promise<Listing> {
  let size = PAGE_SIZE;
  let known = false;
  const page = async (first: ReturnType<typeof prepareList>, offset: number): Promise<Page> => {
    const path = `${OPERATIONS.list.template}?limit=${size}&offset=${offset}`;
    const { value, answer } = await exchange({ ...first, outgoing: { ...first.outgoing, path }, schema: listResponse });
    onPage?.(offset + value.keys.length, value.pagination.total);
    return {
      body: value,
      serverTime: serverTime(first.call, answer, value.timestamp),
      bytes: answer.text?.length ?? 0,
    };
  };
  const fetchPage = async (first: ReturnType<typeof prepareList>, offset: number): Promise<Page> => {
    if (known || offset !== PAGE_SIZE) return page(first, offset);
    known = true;
    size = LARGE_PAGE_SIZE;
    try {
      const tried = await page(first, offset);
      if (tried.body.keys.length <= PAGE_SIZE && tried.body.pagination.hasMore) size = PAGE_SIZE;
      return tried;
    } catch (error) {
      size = PAGE_SIZE;
      if (!ZkscoreError.is(error) || !mayBeTooLarge(error)) throw error;
      return page(first, offset);
    }
  };
  return () => {
    const first = prepareList(context);
    return fetchListing(context, first.call, (offset) => fetchPage(first, offset));
  };
}

function prepareList(context: ApiContext) {
  return prepare(context, OPERATIONS.list, OPERATIONS.list.template);
}

/**
 * It may be the size: the deployment, or a box before it, refuses it in its own way, or the page is larger than a body may
 * be. What has nothing to do with it fails again with the usual size.
 */
function mayBeTooLarge({ status }: ZkscoreError): boolean {
  return ![401, 403, 429].includes(status ?? 0);
}

/**
 * Every page of the account, all within one deadline. A key made or revoked meanwhile shifts pages, so a walk that
 * contradicts itself is done once more; the second one is answered as it is, with `complete: false`.
 */
async function fetchListing(
  context: ApiContext,
  call: Call,
  fetchPage: (offset: number) => Promise<Page>,
): Promise<Listing> {
  let walk = await walkPages(call, fetchPage);
  if (!walk.complete) walk = await walkPages(call, fetchPage);
  if (walk.looping) throw listingError(call, "the server gives the same page again and says that there are more");
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
