import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";

/** What a stranger who wants to change something is told, and what runs when he proposes it. */
const read = (file: string) => readFileSync(join(packageRoot, file), "utf8");

interface Manifest {
  version: string;
  private?: boolean;
  engines: { node: string };
  peerDependencies: Record<string, string>;
  scripts: Record<string, string>;
}
// A border: this repository's own file.
const manifest = JSON.parse(read("package.json")) as Manifest;
const workflows = readdirSync(join(packageRoot, ".github/workflows")).map((file) => read(`.github/workflows/${file}`));

test.each(["CONTRIBUTING.md", ".github/pull_request_template.md"])("%s names scripts and files that exist", (page) => {
  const text = read(page);
  const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? "");
  // `npm run prove:…` means them all.
  expect(scripts.filter((name) => !(name in manifest.scripts) && name !== "prove:")).toEqual([]);
  const files = [
    ...text.matchAll(/(?:`|\]\()((?:[\w.-]+\/)*[\w.-]+(?:\/|\.(?:ts|md|jsonc|yml)|\/run|\/release))(?=`|\))/g),
  ];
  const known = new Set(execFileSync("git", ["ls-files"], { cwd: packageRoot, encoding: "utf8" }).split("\n"));
  const found = (name: string) =>
    existsSync(join(packageRoot, name)) || [...known].some((file) => file.endsWith(`/${name}`));
  expect(scripts.length + files.length).toBeGreaterThan(1);
  expect(files.map(([, name]) => name ?? "").filter((name) => !found(name))).toEqual([]);
});

test("workflows run actions by their digest, and commands that exist", () => {
  const uses = workflows.flatMap((text) => [...text.matchAll(/uses: (.+)/g)].map(([, action]) => action ?? ""));
  expect(uses.length).toBeGreaterThan(5);
  expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d/.test(action))).toEqual([]);
  const runs = workflows.flatMap((text) => [...text.matchAll(/run: (.+)/g)].map(([, command]) => command ?? ""));
  const exists = (command: string) => {
    const [first = "", second, name = ""] = command.split(" ");
    if (first.startsWith(".ci/")) return existsSync(join(packageRoot, first));
    return first === "npm" && (second === "ci" || (second === "run" && name in manifest.scripts));
  };
  expect(runs.length).toBeGreaterThan(5);
  expect(runs.filter((command) => !exists(command))).toEqual([]);
});

test("the lowest versions that are said are those that are promised", () => {
  const lowest = (range: string | undefined) => (range ?? "").replace(/^[\^>=]+/, "");
  const { engines, peerDependencies } = manifest;
  const said = read("CONTRIBUTING.md");
  expect(said).toContain(
    `Node ${lowest(engines.node)}.0, \`@pulumi/pulumi\` ${lowest(peerDependencies["@pulumi/pulumi"])}`,
  );
  expect(said).toContain(`\`@pulumi/policy\` ${lowest(peerDependencies["@pulumi/policy"])}`);
});

test("the changelog begins with what isn't released, and has a section for this version", () => {
  const sections = [...read("CHANGELOG.md").matchAll(/^## \[([^\]]+)\]/gm)].map(([, name]) => name);
  expect(sections[0]).toBe("Unreleased");
  expect(sections).toContain(manifest.version);
});

test("nothing private stands in the way of a release", () => {
  expect(manifest.private).toBeUndefined();
  expect(JSON.parse(read("policy/package.json"))).toMatchObject({ version: manifest.version });
});

test("the drawing of the layers has every folder of provider/", () => {
  const drawing = read("docs/architecture.md");
  const folders = readdirSync(join(packageRoot, "provider"), { withFileTypes: true }).filter((e) => e.isDirectory());
  expect(folders.length).toBeGreaterThan(4);
  expect(folders.filter(({ name }) => !drawing.includes(`${name}["${name}<br/>`))).toEqual([]);
});
