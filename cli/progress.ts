import type { OnPage } from "../provider/api/pages.ts";
import { say } from "./output.ts";

const PATIENCE_MS = 2_000;

/** How far the listings of one command are, for the person who waits. */
export interface ListingProgress {
  onPage: OnPage;
  /** Says on stderr, every 2 s until `listing` ends, how far it is. A quick one says nothing. */
  during<T>(listing: Promise<T>): Promise<T>;
}

/** Counts the pages of one listing after the other. */
export function listingProgress(): ListingProgress {
  let seen = "none yet";
  return {
    onPage: (count, total) => {
      seen = `${grouped(count)} of ${grouped(total)}`;
    },
    during: async (listing) => {
      seen = "none yet";
      const began = performance.now();
      const timer = setInterval(() => {
        const seconds = Math.round((performance.now() - began) / 1000);
        say(`listing the keys: ${seen} after ${seconds} s`);
      }, PATIENCE_MS);
      try {
        return await listing;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

/** 1,200 everywhere, whatever the machine's language. */
function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
