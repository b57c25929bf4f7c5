import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { packInto } from "../../tools/packed.ts";
import { packageRoot } from "../../tools/root.ts";
import { inWhole } from "../support/share.ts";

// The providers' packages are 110 MB, so they are no dependency of this repository: a proof installs them, from the registry.
const runs = inWhole("the programs of examples/use-the-secret/targets, with their providers' packages");

vi.setConfig({ testTimeout: 600_000 });

const run = promisify(execFile);
const bin = join(packageRoot, "node_modules", ".bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };

/** Runs a program on Pulumi's mocks, and prints each resource's type and inputs; the API's answer is a secret. */
const RUNNER = `
import * as pulumi from "@pulumi/pulumi";
const resources = [];
await pulumi.runtime.setMocks({
  newResource({ type, name, inputs }) {
    if (type !== "pulumi:pulumi:Stack") resources.push({ type, inputs });
    const made = type.endsWith(":ApiKey") ? { apiKey: pulumi.secret("the secret") } : {};
    return { id: name, state: { metadata: { name }, ...inputs, ...made } };
  },
  call: () => ({}),
}, "backend", "prod");
const outputs = await import(process.argv[2]);
await Promise.all(Object.values(outputs).map((output) => output.promise()));
console.log(JSON.stringify(resources));
`;

/** What a secret is, between the SDK and the engine. */
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });

let folder: string;
let missing = "left to npm run prove:engine";

beforeAll(async () => {
  if (!runs) return;
  folder = mkdtempSync(join(tmpdir(), "zkscore-targets-"));
  cpSync(join(packageRoot, "examples", "use-the-secret", "targets"), folder, { recursive: true });
  writeFileSync(join(folder, "run.mjs"), RUNNER);
  const tarball = await packInto(folder);
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"];
  try {
    await run("npm", ["install", ...flags, tarball], { cwd: folder, env });
    missing = "";
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    missing = `their packages can't be installed here: ${error instanceof Error ? error.message : error}`;
    console.warn(`SKIPPED: the programs of examples/use-the-secret/targets: ${missing}`);
  }
}, 600_000);

afterAll(() => {
  if (runs) rmSync(folder, { recursive: true, force: true });
});

beforeEach(({ skip }) => skip(missing !== "", missing));

test("they compile with the providers' own types", async () => {
  const strict = ["--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext", "--target", "es2024"];
  const typeRoots = join(packageRoot, "node_modules", "@types");
  const args = [...strict, "--typeRoots", typeRoots, "--types", "node", "kubernetes.ts", "github.ts", "aws.ts"];
  const { stdout } = await run(join(bin, "tsc"), args, { cwd: folder, env }).catch((error: unknown) => Object(error));
  expect(stdout).toBe("");
});

test.each([
  ["kubernetes.ts", "kubernetes:core/v1:Secret", { stringData: secret({ "api-key": "the secret" }) }],
  ["github.ts", "github:index/actionsSecret:ActionsSecret", { value: secret("the secret") }],
  ["aws.ts", "aws:secretsmanager/secretVersion:SecretVersion", { secretString: secret("the secret") }],
])("%s: the secret arrives, as a secret, and in one place only", async (program, type, inputs) => {
  const { stdout } = await run(process.execPath, ["run.mjs", `./${program}`], { cwd: folder, env });
  const resources: { type: string; inputs: object }[] = JSON.parse(stdout);
  expect(resources.find((one) => one.type === type)?.inputs).toMatchObject(inputs);
  expect(stdout.split("the secret")).toHaveLength(2);
});
