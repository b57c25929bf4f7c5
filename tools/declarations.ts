import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { packageRoot } from "./root.ts";

/**
 * After `tsc`: leaves in dist/ the declarations that the package's entries reach and no others, and lets them name one
 * another as `./x.js`. The compiler writes `./x.ts` there, as the sources do, which no declaration file may say.
 */
const SPECIFIER = /(\bfrom |\bimport\(|^import )"(\.{1,2}\/[^"]*)\.[jt]s"/gm;

const manifest: unknown = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
const entries = Object.values<unknown>(Object(manifest).exports).flatMap((entry) =>
  typeof entry === "object" && entry !== null && "types" in entry ? [String(entry.types)] : [],
);
if (entries.length === 0) throw new Error("package.json's exports name no declarations. Restore them.");

const reached = new Set<string>();
const open = entries.map((entry) => resolve(packageRoot, entry));
for (let file = open.pop(); file !== undefined; file = open.pop()) {
  if (reached.has(file)) continue;
  reached.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, , path = ""] of text.matchAll(SPECIFIER)) open.push(resolve(dirname(file), `${path}.d.ts`));
  writeFileSync(file, text.replace(SPECIFIER, '$1"$2.js"'));
}

const dist = join(packageRoot, "dist");
for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const file = join(dist, path);
  if (path.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
}
