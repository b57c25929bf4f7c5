import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../tools/root.ts";

/** A block of code of a page, below the heading it stands under. */
export interface Block {
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** The blocks of code of a page, in order; `page` is its path in the repository. */
export function blocksOf(page: string): Block[] {
  const found: Block[] = [];
  let heading = "";
  let block: { language: string; lines: string[] } | undefined;
  for (const line of readFileSync(join(packageRoot, page), "utf8").split("\n")) {
    const fence = /^```(\w*)/.exec(line);
    if (block !== undefined && fence !== null) {
      found.push({ heading, language: block.language, text: block.lines.join("\n") });
      block = undefined;
    } else if (block !== undefined) block.lines.push(line);
    else if (fence !== null) block = { language: fence[1] ?? "", lines: [] };
    else heading = /^#+ (.*)/.exec(line)?.[1] ?? heading;
  }
  return found;
}
