import { type Block, rangeOf } from "../../provider/domain/cidr.ts";
import { spansOf, sizeOf as spansSize } from "../../provider/domain/spans.ts";
import { asIPv4 } from "./blocks.ts";

/** How many addresses a list lets in, each counted once: IPv4 ones also where a block writes them as IPv6. */
export interface Size {
  readonly v4: bigint;
  readonly v6: bigint;
}

/** The size of the union of blocks. */
export function sizeOf(blocks: readonly Block[]): Size {
  return { v4: covered(blocks.flatMap(asIPv4)), v6: covered(blocks.filter(({ family }) => family === 6)) };
}

/** Addresses in one block or more, all of one family. */
function covered(blocks: readonly Block[]): bigint {
  return spansSize(spansOf(blocks.map(rangeOf)));
}
