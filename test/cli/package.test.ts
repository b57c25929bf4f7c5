import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unpackInto } from "../../tools/packed.ts";
import { packageRoot } from "../../tools/root.ts";

const run = promisify(execFile);
const bin = join(packageRoot, "node_modules", ".bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };

let folder: string;
let installed: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "zkscore-package-"));
  installed = join(folder, "node_modules", "pulumi-zkscore");
  // As `npm install <tarball>` lays it out; without the registry, its dependencies are this clone's.
  await unpackInto(installed, folder);
  for (const name of ["commander", "undici", "zod", "@pulumi"]) {
    symlinkSync(join(packageRoot, "node_modules", name), join(folder, "node_modules", name));
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the package holds what it promises, and none of the repository's tools, tests or sources", () => {
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  expect(files.length).toBeGreaterThan(100);
  for (const promised of [
    "LICENSE",
    "README.md",
    "dist/provider/index.js",
    "dist/provider/index.d.ts",
    "dist/cli/main.js",
    "policy/PulumiPolicy.yaml",
    "templates/zkscore-typescript/Pulumi.yaml",
  ]) {
    expect(files).toContain(promised);
  }
  expect(files.filter((file) => /^(test|tools|dist\/tools|provider|cli|emulator)\b/.test(file))).toEqual([]);
  // State, settings and caches of whoever packed it.
  expect(
    files.filter((file) => /\.zkscore|\.tsbuildinfo|Pulumi\.\w+\.yaml|node_modules|\.tgz|\.log$/.test(file)),
  ).toEqual([]);
});

test("its command runs from a project that installed it", async () => {
  const command = join(installed, "dist", "cli", "main.js");
  expect(readFileSync(command, "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
  const { stdout } = await run(process.execPath, [command, "--help"], { cwd: folder, env });
  expect(stdout).toContain("zkscore-keys reconcile");
});

test("CommonJS and ES modules of that project import it; deep paths are closed", async () => {
  writeFileSync(join(folder, "use.cjs"), 'console.log(typeof require("pulumi-zkscore").ApiKey);');
  writeFileSync(join(folder, "use.mjs"), 'import { ApiKey } from "pulumi-zkscore"; console.log(typeof ApiKey);');
  writeFileSync(join(folder, "provider.cjs"), 'console.log(typeof require("pulumi-zkscore/provider").apiKey);');
  writeFileSync(join(folder, "deep.cjs"), 'require("pulumi-zkscore/dist/provider/index.js");');
  for (const file of ["use.cjs", "use.mjs", "provider.cjs"]) {
    expect((await run(process.execPath, [join(folder, file)])).stdout.trim()).toBe("function");
  }
  await expect(run(process.execPath, [join(folder, "deep.cjs")])).rejects.toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED");
});

test("it brings its users no Node of its own: only commander, undici and zod are installed with it", () => {
  // A border: this repository's own file.
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<
    string,
    object | undefined
  >;
  expect(Object.keys(manifest["dependencies"] ?? {})).toEqual(["commander", "undici", "zod"]);
  expect(manifest["optionalDependencies"]).toBeUndefined();
});

test("every relative link of its Markdown leads to a file that is in it, and to a heading that is there", () => {
  const pages = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
  let links = 0;
  for (const page of pages) {
    for (const [, target = ""] of readFileSync(join(installed, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links += 1;
      const [path = "", heading] = target.split("#");
      const file = path === "" ? join(installed, page) : join(installed, dirname(page), path);
      expect([page, target, existsSync(file)]).toEqual([page, target, true]);
      if (heading !== undefined)
        expect([page, target, headings(file)]).toEqual([page, target, expect.arrayContaining([heading])]);
    }
  }
  expect(pages.length).toBeGreaterThan(20);
  expect(links).toBeGreaterThan(40);
});

/** As GitHub makes them from headings. */
function headings(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("nothing runs when it is installed, from a registry, a folder or a tarball; packing builds it", () => {
  // A border: this repository's own file.
  const { scripts } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const atInstall = [
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
    "dependencies",
  ];
  expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([]);
  expect(scripts["prepack"]).toContain("build");
  // In a clone nothing is built by `npm ci`: what needs `dist` builds it.
  const needy = Object.entries(scripts).filter(
    ([name, line]) => name !== "build" && /\bdist\/|vitest|publint/.test(line) && !line.includes("rmSync"),
  );
  expect(needy.length).toBeGreaterThan(8);
  expect(
    needy.filter(([, line]) => !line.startsWith("npm run build &&") && !line.startsWith("npm run --silent build &&")),
  ).toEqual([]);
});

test("every file that package.json names exists", () => {
  // A border: this repository's own file.
  const {
    main,
    types,
    bin: bins,
  } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    main: string;
    types: string;
    bin: Record<string, string>;
  };
  const named = [main, types, ...Object.values(bins)];
  expect(named.length).toBeGreaterThanOrEqual(3);
  expect(named.filter((file) => !existsSync(join(installed, file)))).toEqual([]);
});
