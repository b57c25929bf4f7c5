import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { inputSchema } from "../../provider/domain/inputSchema.ts";
import { packageRoot } from "../../tools/root.ts";

const read = (file: string) => readFileSync(join(packageRoot, file), "utf8");
const readme = read("README.md");

/** First cells of the tables of a page whose first heading is `heading`. */
function column(heading: string, page = readme): string[] {
  const lines = page.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith(`| ${heading} |`) ? [index] : []));
  return starts.flatMap((start) => {
    const rows = lines.slice(start + 2);
    const end = rows.findIndex((line) => !line.startsWith("|"));
    return rows.slice(0, end).map((line) => line.split("|")[1]?.trim() ?? "");
  });
}

test("every error code has a row, and no row is for a code that isn't", () => {
  const union = /export type ErrorCode =([\s\S]*?);/.exec(read("provider/domain/errors.ts"))?.[1] ?? "";
  const codes = [...union.matchAll(/"(ZKS_\w+)"/g)].map(([, code]) => `\`${code}\``);
  expect(codes.length).toBeGreaterThanOrEqual(20);
  expect(column("code", read("docs/errors.md")).sort()).toEqual(codes.sort());
});

test("every argument and every output of ApiKey has a row", () => {
  // The two that the constructor makes: whose key it is, and the options that the handlers honour.
  const args = Object.keys(inputSchema.shape).filter((field) => !["ownership", "options"].includes(field));
  expect(args.length).toBeGreaterThanOrEqual(12);
  const rows = column("argument").join(" ");
  expect(args.filter((field) => !rows.includes(`\`${field}\``))).toEqual([]);

  const declared = [...read("provider/resources/apiKey.ts").matchAll(/^ {2}declare readonly (\w+)/gm)].map(
    ([, name]) => name,
  );
  expect(declared.length).toBeGreaterThanOrEqual(14);
  const outputs = column("output").join(" ");
  expect(declared.filter((name) => !outputs.includes(`\`${name}\``))).toEqual([]);
});

test("every setting the provider reads has a row", () => {
  const settings = [...read("provider/settings.ts").matchAll(/env\["(ZKSCORE_\w+)"\]/g)].map(
    ([, name]) => `\`${name}\``,
  );
  expect(new Set(settings).size).toBeGreaterThanOrEqual(7);
  expect(column("environment").sort()).toEqual([...new Set(settings)].sort());
});

test("every link of the documentation, and every file it names, exists", () => {
  let links = 0;
  for (const page of [
    "README.md",
    "docs/something-is-wrong.md",
    "docs/rotation.md",
    "docs/ci.md",
    "docs/state.md",
    "docs/errors.md",
    "docs/assumptions.md",
    "examples/README.md",
  ]) {
    const text = read(page);
    const targets = [
      ...text.matchAll(/\]\(([^)#]+)\)/g),
      ...text.matchAll(/`((?:provider|docs|examples)\/[\w/.-]+\.\w+)`/g),
    ];
    for (const [all, target = ""] of targets) {
      links += 1;
      const from = all.startsWith("]") ? dirname(join(packageRoot, page)) : packageRoot;
      expect([page, target, existsSync(join(from, target))]).toEqual([page, target, true]);
    }
  }
  expect(links).toBeGreaterThan(30);
});

test("the commands it gives are scripts of package.json, and the two first ones stand alone", () => {
  expect(readme).toContain("\nnpm ci && npm start\nnpm ci && npm test\n");
  // A border: this repository's own file.
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThanOrEqual(4);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
