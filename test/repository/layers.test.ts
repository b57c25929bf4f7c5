import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";

/**
 * `npm run lint` refuses an import that breaks the layers. A copy of the configuration is run over files that import one
 * thing each: every pair of a folder and a file outside it, those that are allowed and those that aren't.
 */
const TOWER = ["domain", "api", "stack", "plan", "keys", "handlers", "host"].map((name) => `provider/${name}`);
const CLI = ["provider/domain", "provider/api", "provider/settings.ts"];
const MAY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(TOWER.map((layer, index) => [layer, TOWER.slice(0, index)])),
  "provider/host": [...TOWER.slice(0, -1), "provider/settings.ts"],
  "provider/resources": ["provider/domain"],
  provider: ["provider/domain", "provider/api", "provider/stack", "provider/resources"],
  emulator: ["provider/domain"],
  "emulator/deeper": ["provider/domain"],
  policy: ["provider/domain"],
  "policy/rules": ["provider/domain"],
  "policy/live": ["provider/domain", "provider/api"],
  "policy/sdk": ["provider/domain", "provider/resources/apiKey.ts"],
  cli: [...CLI, "emulator/main.ts"],
  "cli/reconcile": CLI,
  "cli/report": [...CLI, "policy/recorded.ts"],
};

const TARGETS = [
  ...TOWER.map((layer) => `${layer}/any.ts`),
  "provider/settings.ts",
  "provider/functions.ts",
  "provider/resources/any.ts",
  "provider/resources/apiKey.ts",
  "policy/any.ts",
  "policy/recorded.ts",
  "policy/rules/any.ts",
  "emulator/any.ts",
  "emulator/main.ts",
  "cli/any.ts",
  "tools/any.ts",
  "test/support/any.ts",
  "bench/any.ts",
];

/** What a file is part of: a folder of provider/, or a folder at the top. */
const layerOf = (path: string) => /^provider\/[^/]+(?=\/)|^[^/]+/.exec(path)?.[0];

const PAIRS = Object.keys(MAY).flatMap((folder) =>
  TARGETS.filter((target) => layerOf(`${folder}/any.ts`) !== layerOf(target)).map((target) => ({ folder, target })),
);
const FORMS: readonly ((specifier: string) => string)[] = [
  (specifier) => `export * from "${specifier}";\n`,
  (specifier) => `import "${specifier}";\n`,
  (specifier) => `import type { A } from "${specifier}";\nexport type B = A;\n`,
  (specifier) => `export const load = () => import("${specifier}");\n`,
];

let copy = "";
let refused: ReadonlySet<string> = new Set();

const specifier = (from: string, to: string) => posix.relative(from, to).replace(/^(?!\.)/, "./");
const fileOf = (folder: string, target: string, form: number) =>
  `${folder}/to-${target.replaceAll("/", "-").replace(".ts", "")}-${form}.ts`;

beforeAll(async () => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), "zkscore-layers-")));
  for (const file of ["biome.jsonc", ".gitignore"]) copyFileSync(join(packageRoot, file), join(copy, file));
  for (const { folder, target } of PAIRS) {
    for (const [form, write] of FORMS.entries()) {
      const file = join(copy, fileOf(folder, target, form));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, write(specifier(folder, target)));
    }
  }
  refused = await lint(copy);
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Files of a folder in which lint finds an import that isn't allowed. */
async function lint(folder: string): Promise<ReadonlySet<string>> {
  const biome = join(packageRoot, "node_modules", "@biomejs", "biome", "bin", "biome");
  const args = [biome, "lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--reporter=github", "."];
  const printed = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 24 }, (_error, out, err) => resolve(out + err));
  });
  const found = [...printed.matchAll(/^::error title=lint\/style\/noRestrictedImports,file=([^,]+),/gm)];
  return new Set(found.map(([, file = ""]) => relative(folder, file)));
}

test("each folder of provider/ is held", () => {
  const entries = readdirSync(join(packageRoot, "provider"), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `provider/${name}`);
  expect(folders.length).toBeGreaterThan(4);
  expect(folders.filter((folder) => !(folder in MAY))).toEqual([]);
});

test.each(Object.keys(MAY))("%s imports what its layer may, in any form, and nothing else", (folder) => {
  const may = (target: string) => (MAY[folder] ?? []).some((to) => target === to || target.startsWith(`${to}/`));
  const pairs = PAIRS.filter((pair) => pair.folder === folder);
  expect(pairs.length).toBeGreaterThan(5);
  for (const { target } of pairs) {
    const results = FORMS.map((_, form) => refused.has(fileOf(folder, target, form)));
    expect(results, `${folder} → ${target}`).toEqual(FORMS.map(() => !may(target)));
  }
});
