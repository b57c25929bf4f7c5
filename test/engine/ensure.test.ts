import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pinnedEngine } from "../../tools/engine/cache.ts";
import { ensureEngine } from "../../tools/engine/ensureEngine.ts";

const nobody = 2 ** 30;
let folder: string;
let env: NodeJS.ProcessEnv;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zkscore-engine-"));
  mkdirSync(join(folder, "bin"));
  env = { PATH: join(folder, "bin"), XDG_CACHE_HOME: join(folder, "cache"), HOME: folder };
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ensure = () => ensureEngine({ env, say: (line) => void said.push(line) });

function put(path: string, shell: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
}

/** A `go` that notes each build and leaves an executable where it was told to. */
function putGo(build = `while [ "$1" != -o ]; do shift; done; sleep 0.2; printf x > "$2"; chmod 755 "$2"`): void {
  const answer = `if [ "$1" = env ]; then echo "\${FAKE_GO:-go1.99.0}"; echo local; exit 0; fi`;
  put(join(folder, "bin", "go"), `PATH=/usr/bin:/bin\n${answer}\necho build >> "${folder}/builds"\n${build}`);
}

const builds = () => readFileSync(join(folder, "builds"), "utf8").split("\n").filter(Boolean).length;
const isExecutable = (path: string) => accessSync(path, constants.X_OK);

test("an installed engine with its own language host is used as it is", async () => {
  put(join(folder, "bin", "pulumi"), "exit 1");
  put(join(folder, "bin", "pulumi-language-nodejs"), "");
  put(join(folder, "bin", "pulumi-resource-pulumi-nodejs"), "");
  const engine = await ensure();
  expect(engine).toMatchObject({ source: "installed", pulumi: join(folder, "bin", "pulumi") });
  expect(engine.env["PATH"]?.split(delimiter)).toEqual([dirname(process.execPath), join(folder, "bin")]);
});

test("an installed engine without a language host gets the stand-in, unless it is too old", async () => {
  put(join(folder, "bin", "pulumi"), "echo v3.216.1");
  const engine = await ensure();
  expect(engine).toMatchObject({ source: "installed+host", pulumi: join(folder, "bin", "pulumi") });
  const launchers = engine.env["PATH"]?.split(delimiter)[1] ?? "";
  isExecutable(join(launchers, "pulumi-language-nodejs"));
  isExecutable(join(launchers, "pulumi-resource-pulumi-nodejs"));

  put(join(folder, "bin", "pulumi"), "echo v3.215.9");
  await expect(ensure()).rejects.toThrow("https://www.pulumi.com/docs/install/");
});

test("an earlier build is found in under a second, without starting anything", async () => {
  const cached = pinnedEngine(env).folder;
  put(join(cached, "pulumi"), `echo started > "${folder}/started"`);
  const startedAt = performance.now();
  const engine = await ensure();
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(engine).toMatchObject({ source: "cached", pulumi: join(cached, "pulumi") });
  isExecutable(join(cached, "pulumi-language-nodejs"));
  isExecutable(join(cached, "pulumi-resource-pulumi-nodejs"));
  expect(readdirSync(folder)).not.toContain("started");
  expect(said).toEqual([]);
});

test("a build happens once, also when two want it at the same time and a third died over it", async () => {
  putGo();
  mkdirSync(dirname(pinnedEngine(env).folder), { recursive: true });
  writeFileSync(`${pinnedEngine(env).folder}.lock`, String(nobody));
  const engines = await Promise.all([ensure(), ensure()]);
  expect(builds()).toBe(1);
  expect(engines.map((engine) => engine.source)).toEqual(["built", "built"]);
  expect(said.join("\n")).toMatch(/Building the Pulumi engine 3\.\d+\.\d+ with Go/);
  expect(await ensure()).toMatchObject({ source: "cached" });
});

test("a build that fails says why and leaves nothing that looks like an engine", async () => {
  putGo(`echo "no space left on device" >&2; exit 1`);
  await expect(ensure()).rejects.toThrow(/no space left on device[\s\S]*pulumi\.com\/docs\/install/);
  expect(readdirSync(dirname(pinnedEngine(env).folder))).toEqual([]);
  await expect(ensure()).rejects.toThrow("no space left");
  expect(builds()).toBe(2);
});

test("without engine and Go, with a Go that is too old, or without a writable cache, the error says what to do", async () => {
  await expect(ensure()).rejects.toThrow(/no Go \(1\.\d+[\s\S]*https:\/\/www\.pulumi\.com\/docs\/install\//);
  putGo();
  env = { ...env, FAKE_GO: "go1.22.5" };
  await expect(ensure()).rejects.toThrow(/go1\.22\.5 is too old[\s\S]*Update Go, or unset GOTOOLCHAIN/);
  writeFileSync(join(folder, "file"), "");
  env = { ...env, FAKE_GO: "go1.99.0", XDG_CACHE_HOME: join(folder, "file") };
  await expect(ensure()).rejects.toThrow("Set XDG_CACHE_HOME to a folder you may write to");
});
