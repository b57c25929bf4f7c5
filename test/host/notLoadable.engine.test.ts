import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import type { Engine } from "../../tools/engine/ensureEngine.ts";
import { packageRoot } from "../../tools/root.ts";
import { workspaceEnv } from "../../tools/workspace.ts";
import type { Outcome } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { runVariable } from "../support/engine/processes.ts";
import { openStack, succeed, type TestStack } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { connection, liveIds, READ_SCORES } from "../support/world.ts";

/** The program declares its key through a package of its own, as a component would. */
const PROGRAM = `require("../component").key();`;
const COMPONENT = `const { ApiKey } = require("pulumi-zkscore"); exports.key = () => new ApiKey("a", { ${READ_SCORES} });`;

describeWithEngine("a package that the provider's process can't load", (engine) => {
  test.runIf(inWhole("a package that is not loadable"))(
    "is found where pnpm hides it; where it isn't, or Node is too old, the error says why and what to do",
    {
      timeout: 600_000,
    },
    async () => {
      const api = await startEmulator();
      onTestFinished(() => api.close());
      const { root, stack } = workspace(engine, connection(api));
      await succeed(stack.run(["stack", "init", "dev", "--non-interactive"]));

      expectRefusal(
        await stack.preview(),
        /pulumi-zkscore isn't installed \[ZKS_CONFIG\]\s+cause: .*\s+remedy: install it/,
      );

      const hidden = join(root, "node_modules", ".pnpm", "node_modules");
      link(packageRoot, join(hidden, "pulumi-zkscore"));
      expectRefusal(
        await stack.preview([], { PATH: `${oldNode(root)}${delimiter}${engine.env["PATH"]}` }),
        /can't work in the provider's process \[ZKS_CONFIG\]\s+cause: +Node 20\.20\.2 .*too old\s+remedy: +run it with Node 22/,
      );
      await succeed(stack.up());
      expect(liveIds(api)).toHaveLength(1);

      // Uninstalled together with the key.
      rmSync(hidden, { recursive: true });
      stack.setProgram("");
      expectRefusal(await stack.up(), /pulumi-zkscore isn't installed/);
      expect(liveIds(api)).toHaveLength(1);
      link(packageRoot, join(hidden, "pulumi-zkscore"));
      await succeed(stack.up());
      expect(liveIds(api)).toEqual([]);
    },
  );
});

function expectRefusal(outcome: Outcome, says: RegExp): void {
  expect(outcome.code, outcome.output).not.toBe(0);
  const diagnostics = outcome.output.slice(outcome.output.indexOf("Diagnostics:"));
  expect(diagnostics.match(new RegExp(says, "g")), outcome.output).toHaveLength(1);
  expect(outcome.output).not.toMatch(/\n\s+at |Require stack|\[object|undefined/);
}

/** A pnpm workspace outside this repository: the program's folder sees the SDK, and only the component sees this package. */
function workspace(engine: Engine, env: Record<string, string | undefined>): { root: string; stack: TestStack } {
  const root = mkdtempSync(join(tmpdir(), "zkscore-workspace-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, "app");
  const component = join(root, "component");
  for (const path of [folder, component]) mkdirSync(path);
  link(join(packageRoot, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
  link(packageRoot, join(component, "node_modules", "pulumi-zkscore"));
  writeFileSync(join(component, "index.js"), COMPONENT);
  const yaml = "name: test\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n";
  writeFileSync(join(folder, "Pulumi.yaml"), yaml);
  const setProgram = (text: string) => writeFileSync(join(folder, "index.js"), text);
  setProgram(PROGRAM);
  const marker = randomBytes(8).toString("hex");
  const inherited = Object.entries(process.env).filter(([name]) => !/^(ZKSCORE_|VITEST|NODE_OPTIONS$)/.test(name));
  const all = { ...workspaceEnv(folder, Object.fromEntries(inherited)), ...engine.env, ...env, [runVariable]: marker };
  return {
    root,
    stack: openStack(engine, { folder, marker, env: all, setProgram }, { program: "", timeoutMs: 240_000 }),
  };
}

function link(target: string, path: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  symlinkSync(target, path, "dir");
}

/** A folder with a `node` that says it is an old one: not every machine has one. */
function oldNode(root: string): string {
  const folder = join(root, "old");
  mkdirSync(folder);
  const claim = join(folder, "claim.cjs");
  writeFileSync(
    claim,
    `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });`,
  );
  writeFileSync(join(folder, "node"), `#!/bin/sh\nexec "${process.execPath}" --require "${claim}" "$@"\n`);
  chmodSync(join(folder, "node"), 0o755);
  return folder;
}
