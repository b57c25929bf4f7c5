import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A mend taken out of the built package: a proof that can't see that proves nothing. */
export interface Sabotage {
  name: string;
  /** What is no longer so. */
  takesOut: string;
  /** In a file of `dist`: this text, which must stand there once, becomes that. */
  edits: { file: string; find: string; put: string }[];
}

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: "overlap",
    takesOut: "`delete` looks at the instant until which a key is retired",
    edits: [
      {
        file: "provider/handlers/delete.js",
        find: "const waits = until !== undefined && until > now && !run.due.has(state.keyId);",
        put: "const waits = false;",
      },
    ],
  },
];

/** Takes a mend out of a copy of the package. Throws where the text has changed: the sabotage must then be written anew. */
export function sabotage(packageFolder: string, { name, edits }: Sabotage): void {
  for (const { file, find, put } of edits) {
    const path = join(packageFolder, "dist", file);
    const parts = readFileSync(path, "utf8").split(find);
    if (parts.length !== 2)
      throw new Error(`sabotage ${name}: its text stands ${parts.length - 1} times in ${file}, and should once`);
    writeFileSync(path, parts.join(put));
  }
}
