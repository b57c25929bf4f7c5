import type { Block } from "../provider/domain/cidr.ts";
import { asIPv4 } from "./network.ts";

/** How many addresses a list lets in, each counted once: IPv4 ones also where a block writes them as IPv6. */
export interface Size {
  readonly v4: bigint;
  readonly v6: bigint;
}

/** The size of the union of blocks. */
export function sizeOf(blocks: readonly Block[]): Size {
  return {
    v4: covered(blocks.flatMap(asIPv4), 32),
    v6: covered(
      blocks.filter(({ family }) => family === 6),
      128,
    ),
  };
}

/** Addresses in one block or more. Blocks are intervals: sorted by their start, each adds what lies beyond the last end. */
function covered(blocks: readonly Block[], width: number): bigint {
  const intervals = blocks.map(({ bits, prefix }) => {
    const size = 1n << BigInt(width - prefix);
    const start = (bits / size) * size;
    return { start, end: start + size };
  });
  intervals.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  let [total, end] = [0n, 0n];
  for (const interval of intervals) {
    if (interval.end <= end) continue;
    total += interval.end - (interval.start > end ? interval.start : end);
    end = interval.end;
  }
  return total;
}
