import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { packageRoot } from "../../tools/root.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import type { Env } from "../support/engine/project.ts";
import { createStack, succeed, type TestStack } from "../support/engine/stack.ts";
import { share } from "../support/share.ts";
import { connection, liveIds } from "../support/world.ts";

/** What an example needs, and what it makes. */
interface Expected {
  stack?: string;
  keys: number;
  secrets?: Record<string, string>;
  /** Keys that exist before the first `up`, by configuration name. */
  existing?: Record<string, string>;
  /** Live keys after `up`, where that isn't `keys`. */
  live?: number;
  /** Keys that `destroy` leaves, because they are somebody's. */
  left?: number;
}

const EXAMPLES: Readonly<Record<string, Expected>> = {
  "application-key": { keys: 1 },
  "environment-keys": { stack: "staging", keys: 1 },
  "restricted-key": { keys: 1 },
  "webhook-key": { keys: 1, secrets: { webhookSecret: "0123456789abcdef0123456789abcdef" } },
  "batch-of-keys": { keys: 12 },
  rotation: { keys: 1 },
  // One is kept as it is, one is replaced and lives on for its overlap. An adopted key is let go, not revoked.
  "adopt-existing-key": { keys: 2, live: 3, left: 1, existing: { known: "knownKeySecret", lost: "" } },
  "use-the-secret": { keys: 1 },
  ci: { stack: "staging", keys: 1 },
  monitoring: { keys: 1 },
  component: { keys: 2 },
  "own-policies": { stack: "staging", keys: 2 },
  "self-service": { stack: "web-dashboard-dev", keys: 1 },
};

/** Keys that exist, a use of the secret, secrets of the program. The others are declarations of the same kind. */
const SHARE = ["adopt-existing-key"];

const KEY_TYPE = "pulumi-nodejs:dynamic/zkscore:ApiKey";

test("each example of the folder is run, and each has a project file that refreshes", () => {
  const folders = readdirSync(join(packageRoot, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "quickstart")
    .map((entry) => entry.name);
  expect(folders.sort()).toEqual(Object.keys(EXAMPLES).sort());
  expect(folders.length).toBeGreaterThanOrEqual(8);
  for (const folder of folders) {
    const project = readFileSync(join(packageRoot, "examples", folder, "Pulumi.yaml"), "utf8");
    expect(project).toContain(`name: ${folder}\n`);
    expect(project).toContain("main: index.ts\n");
    expect(project).toContain("options:\n  refresh: always\n");
  }
});

describeWithEngine("examples", () => {
  let api: Emulator;
  let stack: TestStack | undefined;
  beforeEach(async () => {
    api = await startEmulator();
  });
  afterEach(async () => {
    stack?.dispose();
    await api.close();
  });

  for (const [name, expected] of share("examples", Object.entries(EXAMPLES), ([name]) => SHARE.includes(name))) {
    test(`${name}: up, no changes, destroy, nothing left alive`, async () => {
      const { config, secrets } = await existingKeys(api, expected);
      stack = await copyOf(name, expected, connection(api), { config, secrets: { ...secrets, ...expected.secrets } });

      await succeed(stack.up());
      const resources = (await stack.export()).deployment.resources ?? [];
      expect(resources.filter((one) => one.type === KEY_TYPE)).toHaveLength(expected.keys);
      expect(liveIds(api)).toHaveLength(expected.live ?? expected.keys);
      await stack.expectNoChanges();

      await succeed(stack.destroy());
      expect(liveIds(api)).toHaveLength(expected.left ?? 0);
    });
  }
});

/** The folder, copied as a person would, with a stack. */
async function copyOf(
  example: string,
  { stack = "dev" }: Expected,
  env: Env,
  settings: { config: Record<string, string>; secrets: Record<string, string> },
): Promise<TestStack> {
  const folder = join(packageRoot, "examples", example);
  const program = readFileSync(join(folder, "index.ts"), "utf8");
  const made = await createStack({ program, project: example, stack, env, ...settings });
  cpSync(folder, made.folder, { recursive: true });
  return made;
}

/** Keys made by hand, before Pulumi. */
async function existingKeys(api: Emulator, { existing = {} }: Expected) {
  const config: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const [name, secretName] of Object.entries(existing)) {
    const answer = await fetch(`${api.url}/developer/keys`, {
      method: "POST",
      headers: { Authorization: `Bearer ${api.accounts[0]?.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name: `${name}-by-hand`, permissions: [{ resource: "scores", actions: ["read"] }] }),
    });
    // A border: the API's documented answer.
    const { keyId, apiKey } = (await answer.json()) as { keyId: string; apiKey: string };
    config[`${name}KeyId`] = keyId;
    if (secretName !== "") secrets[secretName] = apiKey;
  }
  return { config, secrets };
}
