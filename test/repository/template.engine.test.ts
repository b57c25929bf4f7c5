import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { unpackInto } from "../../tools/packed.ts";
import { packageRoot } from "../../tools/root.ts";
import { workspaceEnv } from "../../tools/workspace.ts";
import { startCommand } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { connection, liveIds } from "../support/world.ts";

// Several runs of the engine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

const run = promisify(execFile);
const bin = join(packageRoot, "node_modules", ".bin");
const manifest = (folder: string) => Object(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));

test("the template asks for this version, and for the engine and the Node that this version wants", () => {
  const { version, peerDependencies } = manifest(packageRoot);
  const { dependencies } = manifest(join(packageRoot, "templates", "zkscore-typescript"));
  expect(dependencies).toEqual({
    "@pulumi/pulumi": peerDependencies["@pulumi/pulumi"],
    "pulumi-zkscore": `^${version}`,
  });
});

const runs = inWhole("pulumi new, from the packed template to destroy");

describeWithEngine("pulumi new, with the template of the packed package", (engine) => {
  let api: Emulator;
  let folder: string;
  let keys: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(({ skip }) => skip(!runs, "left to npm run prove:engine"));
  beforeAll(async () => {
    if (!runs) return;
    api = await startEmulator();
    folder = mkdtempSync(join(tmpdir(), "zkscore-template-"));
    keys = join(folder, "my-keys");
    env = { ...workspaceEnv(folder, { PATH: process.env["PATH"], HOME: folder }), ...engine.env, ...connection(api) };
    await unpackInto(join(folder, "package"), folder);
  });
  afterAll(async () => {
    if (!runs) return;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    await api.close();
  });

  const pulumi = (args: readonly string[], cwd = keys) =>
    succeed(startCommand(engine.pulumi, args, { cwd, env, timeoutMs: 300_000 }).done);
  const up = () => pulumi(["up", "--yes", "--skip-preview"]);

  test("it makes a project that compiles, whose key is made, changed, rotated and revoked", async () => {
    const template = join(folder, "package", "templates", "zkscore-typescript");
    const answers = ["--yes", "--name", "my-keys", "--stack", "dev", "--config", "application=billing"];
    await pulumi(["new", template, "--dir", "my-keys", ...answers], folder);

    const project = readFileSync(join(keys, "Pulumi.yaml"), "utf8");
    expect(project).toMatch(/^name: my-keys$/m);
    expect(project).toMatch(/^options:\n +refresh: always/m);
    expect(project).not.toContain("template:\n");
    const settings = readFileSync(join(keys, "Pulumi.dev.yaml"), "utf8");
    expect(settings).toContain("my-keys:application: billing\n");
    expect(settings).toMatch(/my-keys:requestsPerMinute: "?60"?\n/);
    expect(manifest(keys).name).toBe("my-keys");
    expect(readFileSync(join(keys, "README.md"), "utf8")).toMatch(/^# my-keys\n/);

    await pulumi(["new", template, "--dir", "generated", "--yes", "--generate-only"], folder); // as README says
    expect(readdirSync(join(folder, "generated")).sort()).toEqual(
      readdirSync(keys)
        .filter((name) => name !== "Pulumi.dev.yaml")
        .sort(),
    );

    install();
    const compiled = await run(join(bin, "tsc"), ["-p", "."], { cwd: keys }).catch((error: unknown) => Object(error));
    expect(compiled.stdout).toBe("");

    await up();
    await pulumi(["preview", "--expect-no-changes"]);
    const [first = ""] = liveIds(api);
    expect(api.keys().map(({ name }) => name.slice(0, -9))).toEqual(["dev-billing"]);

    const program = readFileSync(join(keys, "index.ts"), "utf8");
    writeFileSync(join(keys, "index.ts"), program.replace("team-name", "team-billing"));
    await pulumi(["config", "set", "rotate", "1"]);
    await up(); // another key, and the first one in its overlap
    expect(liveIds(api)).toHaveLength(2);
    await pulumi(["config", "set", "rotate", "2"]);
    await up();
    expect(liveIds(api)).toHaveLength(3);
    expect(liveIds(api)).toContain(first);
    await pulumi(["preview", "--expect-no-changes"]);

    const policies = ["--policy-pack", "node_modules/pulumi-zkscore/policy"];
    const judged = await pulumi(["preview", ...policies]);
    expect(judged.output).not.toContain("[mandatory]");

    await pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(liveIds(api)).toEqual([]);
  });

  /** What `npm install` of the tarball leaves; what it depends on is this clone's. */
  function install(): void {
    const modules = join(keys, "node_modules");
    mkdirSync(modules);
    symlinkSync(join(folder, "package"), join(modules, "pulumi-zkscore"));
    for (const of of [modules, join(folder, "package", "node_modules")]) {
      mkdirSync(join(of, "@types"), { recursive: true });
      for (const name of ["@pulumi", "@types/node", "undici-types", "zod", "undici", "commander"]) {
        const target = join(packageRoot, "node_modules", name);
        if (existsSync(target)) symlinkSync(target, join(of, name));
      }
    }
  }
});
