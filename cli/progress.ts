import type { OnPage } from "../provider/api/pages.ts";
import { say } from "./output.ts";

const FIRST_MS = 1_000;
const NEXT_MS = 2_000;

/** How far the listings of one command are, for the person who waits. */
export interface ListingProgress {
  onPage: OnPage;
  /** Says on stderr, after 1 s and then every 2 s until `listing` ends, how far it is. A quick one says nothing. */
  during<T>(listing: Promise<T>): Promise<T>;
}

/** Counts the pages of one listing after the other. */
export function listingProgress(): ListingProgress {
  let seen = "none yet";
  return {
    onPage: (count, total) => {
      seen = `${grouped(count)} of ${grouped(total)}`;
    },
    during: (listing) => {
      seen = "none yet";
      return whileWaiting(listing, () => `listing the keys: ${seen}`);
    },
  };
}

/** Says on stderr what is waited for, after 1 s and then every 2 s until `work` ends. */
export async function whileWaiting<T>(work: Promise<T>, says: () => string): Promise<T> {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const next = (afterMs: number) => {
    timer = setTimeout(() => {
      const seconds = Math.round((performance.now() - began) / 1000);
      say(`${says()} after ${seconds} s`);
      next(NEXT_MS);
    }, afterMs);
  };
  next(FIRST_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** 1,200 everywhere, whatever the machine's language. */
function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
