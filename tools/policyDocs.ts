import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policyDocs } from "../policy/docs.ts";
import { packageRoot } from "./root.ts";

/** Writes `docs/policies/` from the definitions, and removes pages of policies that are gone: `npm run docs`. */
const folder = join(packageRoot, "docs", "policies");
const pages = policyDocs();
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(join(folder, file));
for (const [file, text] of pages) writeFileSync(join(folder, file), text);
console.log(`docs/policies: ${pages.size} files`);
