import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";

/*
 * `npm run docs:site`: README.md, docs/ and the doc comments as a static site with a search, in .zkscore/site. A link to
 * nothing fails it. VitePress and TypeDoc have a lock of their own here, so that `npm ci` stays small.
 */
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const site = join(root, ".zkscore", "site");
const pages = join(site, "pages");
const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { repository: { url: string } };
const source = `${repository.url.replace(/^git\+|\.git$/g, "")}/blob/main/`;

/** Pages that lie above docs/. */
const ABOVE = ["README.md", "CHANGELOG.md", "SECURITY.md"];

/** Pages of the menu, in the order in which one reads them; the rest of docs/ is found by links and by the search. */
const MENU = {
  Start: [
    ["index", "pulumi-zkscore"],
    ["concepts", "Concepts"],
  ],
  "How to": [
    ["how-to", "How to"],
    ["rotation", "Rotate"],
    ["ci", "Pipelines"],
    ["state", "State for teams"],
    ["policies/README", "Policies"],
    ["report", "Access report"],
  ],
  Operations: [
    ["something-is-wrong", "Something is wrong"],
    ["errors", "Errors"],
  ],
  Reference: [
    ["reference", "Arguments, settings, changes"],
    ["api/README", "Types"],
    ["cli", "zkscore-keys"],
    ["options", "Options and flags of Pulumi"],
  ],
  Background: [
    ["threat-model", "Threat model"],
    ["assumptions", "Assumptions"],
    ["architecture", "Architecture"],
    ["guarantees", "Guarantees"],
    ["figures", "Figures"],
    ["decisions", "Decisions"],
    ["CHANGELOG", "Changes"],
  ],
} as const;

rmSync(site, { recursive: true, force: true });
mkdirSync(pages, { recursive: true });
symlinkSync(join(here, "node_modules"), join(site, "node_modules"));
cpSync(join(root, "docs"), pages, { recursive: true });
for (const name of ABOVE) cpSync(join(root, name), join(pages, name));
run("typedoc", [
  ...["--plugin", "typedoc-plugin-markdown", "--entryPoints", join(root, "provider", "index.ts")],
  ...["--entryPoints", join(root, "policy", "index.ts"), "--tsconfig", join(root, "tsconfig.build.json")],
  ...["--out", join(pages, "api"), "--excludeInternal", "--disableSources", "--readme", "none", "--skipErrorChecking"],
]);
const written = readdirSync(pages, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
for (const page of written) {
  const text = readFileSync(join(pages, page), "utf8");
  writeFileSync(
    join(pages, page),
    `::: v-pre\n${text.replaceAll(/\]\(([^)\s]+)\)/g, (_, to) => `](${target(page, to)})`)}\n:::\n`,
  );
}
cpSync(join(pages, "README.md"), join(pages, "index.md"));
rmSync(join(pages, "README.md"));
mkdirSync(join(pages, ".vitepress"));
const sidebar = Object.entries(MENU).map(([text, items]) => ({
  text,
  items: items.map(([page, title]) => ({ text: title, link: `/${page}` })),
}));
const config = {
  ...{ title: "pulumi-zkscore", description: "ZKScore API keys as Pulumi resources", outDir: join(site, "html") },
  themeConfig: { sidebar, search: { provider: "local" }, outline: [2, 3] },
  markdown: { html: false },
};
writeFileSync(join(pages, ".vitepress", "config.mjs"), `export default ${JSON.stringify(config, undefined, 2)};\n`);
run("vitepress", ["build", pages]);
process.stdout.write(`${written.length} pages: ${relative(process.cwd(), join(site, "html"))}\n`);

/** A link of a page as the site has it: files that are no page are shown where the repository is. */
function target(page: string, to: string): string {
  if (page.startsWith("api/") || /^[a-z]+:|^#/.test(to)) return to;
  const [path = "", anchor] = to.split("#");
  const file = posix.join(ABOVE.includes(page) ? "." : posix.join("docs", posix.dirname(page)), path);
  const onSite = file.replace(/^docs\//, "");
  const isPage = onSite.endsWith(".md") && existsSync(join(pages, onSite));
  if (!isPage && !existsSync(join(root, file))) throw new Error(`${page}: a link to ${to}, which isn't there`);
  if (!isPage) return source + file;
  const address = `/${onSite === "README.md" ? "index.md" : onSite}`;
  return anchor === undefined ? address : `${address}#${anchor}`;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(join(here, "node_modules", ".bin", command), args, {
    stdio: "inherit",
    cwd: here,
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
