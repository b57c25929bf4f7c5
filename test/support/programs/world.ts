import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type KeyView, startEmulator } from "../../../emulator/index.ts";
import { packageRoot } from "../../../tools/root.ts";
import { ask } from "../emulator.ts";
import { testEngine } from "../engine/find.ts";
import { type Env, type TestStackOptions, writeProject } from "../engine/project.ts";
import { createStack, openStack, type TestStack } from "../engine/stack.ts";
import type { Case } from "./program.ts";

const TOKEN = "management-token-of-the-programs-proof-b71f";
const START = "2026-11-20T12:00:00Z";
const HOUR = 3_600_000;

/** An empty stack and the package as it is built now, copied for every history. */
export interface Template {
  folder: string;
  /** Where the package lies: a sabotage edits it. */
  packageFolder: string;
  dispose(): void;
}

/** `from`: where the built package lies. */
export async function makeTemplate(from = packageRoot): Promise<Template> {
  const folder = join(packageRoot, ".zkscore", "programs", `${process.pid}-${Date.now()}`);
  const packageFolder = join(folder, "package");
  for (const part of ["package.json", "dist"]) {
    cpSync(join(from, part), join(packageFolder, part), { recursive: true });
  }
  const stack = await createStack({ language: "js", program: "" });
  for (const part of ["state", "Pulumi.dev.yaml"])
    cpSync(join(stack.folder, part), join(folder, part), { recursive: true });
  stack.dispose();
  return { folder, packageFolder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** One history's own account and stack. */
export interface World {
  api: Emulator;
  stack: TestStack;
  token: string;
  /** For every command. */
  env(): Env;
  setConfiguration(value: number): void;
  dispose(): Promise<void>;
}

export async function openWorld(template: Template, it: Case): Promise<World> {
  const engine = await testEngine();
  const api = await startEmulator({
    accounts: [{ token: TOKEN }],
    ...(it.clockAhead === 0 ? { clock: START } : {}),
    updates: it.updates === "patch" ? "patch" : 404,
  });
  // The machine's clock goes on; the server's goes with it, behind or ahead.
  if (it.clockAhead !== 0) api.advance(-it.clockAhead * HOUR);
  const options: TestStackOptions = {
    program: "",
    language: "js",
    refreshAlways: it.refreshAlways,
    env: { ZKSCORE_BASE_URL: api.url, ZKSCORE_TOKEN: TOKEN, ZKSCORE_UPDATES: it.updates },
  };
  const project = writeProject(engine, options);
  for (const part of ["state", "Pulumi.dev.yaml"]) {
    cpSync(join(template.folder, part), join(project.folder, part), { recursive: true });
  }
  mkdirSync(join(project.folder, "node_modules"));
  symlinkSync(template.packageFolder, join(project.folder, "node_modules", "pulumi-zkscore"));
  writeFileSync(join(project.folder, "package.json"), JSON.stringify({ name: "programs" }));
  const stack = openStack(engine, project, options);
  const settings = readFileSync(join(project.folder, "Pulumi.dev.yaml"), "utf8");
  return {
    api,
    stack,
    token: TOKEN,
    env: () => ({
      ...(it.clockAhead === 0 ? { ZKSCORE_NOW: new Date(api.now()).toISOString() } : {}),
      ...(it.usedAtOnce ? { APP_USES: `${api.url}/scores/alice.zks` } : {}),
    }),
    // What `pulumi config set unrelated N` writes.
    setConfiguration: (value) =>
      writeFileSync(join(stack.folder, "Pulumi.dev.yaml"), `${settings}\nconfig:\n  test:unrelated: "${value}"\n`),
    dispose: async () => {
      stack.dispose();
      await api.close();
    },
  };
}

/** A key that somebody made by hand and uses: no run may touch it. */
export async function plantForeign({ api }: World): Promise<void> {
  const body = { name: "made-by-hand", permissions: [{ resource: "scores", actions: ["read"] }] };
  const { json } = await ask(`${api.url}/developer/keys`, TOKEN, "POST", body);
  // The emulator's own answer.
  await api.use((json as { apiKey: string }).apiKey);
}

export function viewsOf(api: Emulator): Map<string, KeyView> {
  return new Map(api.keys().map((key) => [key.id, key]));
}
