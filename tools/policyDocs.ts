import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policyDocs, TEMPLATE } from "../policy/docs/pages.ts";
import { packageRoot } from "./root.ts";

/** Writes `docs/policies/` from the rules, and removes pages of policies that are gone: `npm run docs`. */
const folder = join(packageRoot, "docs", "policies");
const pages = policyDocs(readFileSync(join(packageRoot, TEMPLATE), "utf8"));
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(join(folder, file));
for (const [file, text] of pages) writeFileSync(join(folder, file), text);
console.log(`docs/policies: ${pages.size} files`);
