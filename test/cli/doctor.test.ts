import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { judge } from "../../cli/doctor/judge.ts";
import { refreshAlways } from "../../cli/doctor/look/project.ts";
import { look } from "../../cli/doctor/look.ts";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { startCli } from "../support/cli.ts";
import { healthyMachine, type Machine } from "../support/doctor/machine.ts";
import { ask } from "../support/emulator.ts";
import { type Alterations, alteredApi } from "../support/network/alteredApi.ts";
import { createAuthority } from "../support/network/certificates.ts";
import { tlsServer } from "../support/network/tlsServer.ts";

const CANARY = "canary-that-nobody-may-see";
const DAY_MS = 86_400_000;

let machine: Machine;
let api: Emulator;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  machine = healthyMachine();
  api = await startEmulator({ accounts: [{ token: `zkm_${CANARY}` }] });
  Object.assign(machine.env, { ZKSCORE_BASE_URL: api.url, ZKSCORE_TOKEN: `zkm_${CANARY}` });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) await close();
  machine.dispose();
  await api.close();
});

/** What needs a look, as `outcome name`, and every text. */
async function examined() {
  // The transport reads the proxy from the process itself.
  for (const name of ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"]) vi.stubEnv(name, machine.env[name]);
  const checks = judge(await look(machine.env, machine.folder));
  expect(JSON.stringify(checks)).not.toContain(CANARY);
  const bad = checks.filter(({ outcome }) => outcome === "warning" || outcome === "failed");
  for (const { remedy } of bad) expect(remedy?.length).toBeGreaterThan(10);
  return { checks, bad: bad.map(({ outcome, name }) => `${outcome} ${name}`) };
}

async function altered(alterations: Alterations): Promise<void> {
  const server = await alteredApi(api.url, alterations);
  closing.push(() => server.close());
  machine.env["ZKSCORE_BASE_URL"] = server.url;
}

const lock = (pid: number, host = hostname()) =>
  machine.write(
    "state/.pulumi/locks/organization/shop/dev/1.json",
    JSON.stringify({ pid, username: "me", hostname: host, timestamp: "2027-01-01T00:00:00Z" }),
  );
const set = (change: Record<string, string | undefined>) => Object.assign(machine.env, change);
const key = (name: string) => ({ name, permissions: [{ resource: "scores", actions: ["read"] }] });

test("on a healthy machine nothing is to look at, everything could be looked at, and it takes seconds", async () => {
  const began = performance.now();
  const { checks, bad } = await examined();
  expect(bad).toEqual([]);
  expect(checks.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  expect(checks.length).toBeGreaterThanOrEqual(18);
  expect(performance.now() - began).toBeLessThan(10_000);
  // Nothing was changed.
  expect(new Set(api.journal().map(({ operation }) => operation))).toEqual(new Set(["list", "usage"]));
});

type Fault = [what: string, plant: () => unknown, found: string[]];

const FAULTS: Fault[] = [
  ["no engine", () => machine.remove("bin/pulumi"), ["failed engine"]],
  ["an engine that fails", () => set({ FAKE_FAILS: "version", FAKE_CANARY: CANARY }), ["failed engine"]],
  ["no language host", () => machine.remove("bin/pulumi-language-nodejs"), ["failed language host"]],
  ["no dynamic provider host", () => machine.remove("bin/pulumi-resource-pulumi-nodejs"), ["failed language host"]],
  ["no Node on PATH", () => machine.remove("bin/node"), ["failed node"]],
  [
    "an old Node on PATH",
    () => {
      machine.remove("bin/node");
      machine.write("bin/node", "#!/bin/sh\necho v20.20.2\n");
    },
    ["failed node"],
  ],
  ["no pulumi-zkscore", () => machine.remove("project/node_modules/pulumi-zkscore"), ["failed packages"]],
  ["no SDK", () => machine.remove("project/node_modules/@pulumi/pulumi"), ["failed packages"]],
  [
    "an SDK that is too old",
    () =>
      machine.write(
        "project/node_modules/@pulumi/pulumi/package.json",
        '{"name":"@pulumi/pulumi","version":"3.215.9"}',
      ),
    ["failed packages"],
  ],
  [
    "the provider's own copy of the SDK",
    () =>
      machine.write(
        "project/node_modules/pulumi-zkscore/node_modules/@pulumi/pulumi/package.json",
        '{"name":"@pulumi/pulumi","version":"3.250.0"}',
      ),
    ["failed copies"],
  ],
  [
    "a library's own copy of the provider",
    () =>
      machine.write(
        "project/node_modules/@acme/keys/node_modules/pulumi-zkscore/package.json",
        '{"name":"pulumi-zkscore","version":"0.0.9"}',
      ),
    ["warning copies"],
  ],
  ["a setting that isn't one", () => set({ ZKSCORE_UPDATES: CANARY }), ["failed settings"]],
  ["a base URL over http", () => set({ ZKSCORE_BASE_URL: `http://${CANARY}.example/v1` }), ["failed base URL"]],
  [
    "a base URL with a password",
    () => set({ ZKSCORE_BASE_URL: `https://u:${CANARY}@x.example/v1` }),
    ["failed base URL"],
  ],
  [
    "a base URL without its prefix",
    () => set({ ZKSCORE_BASE_URL: api.origin }),
    ["failed base URL", "warning tried with the token"],
  ],
  [
    "a login page",
    () => altered({ answer: () => ({ status: 200, headers: { "content-type": "text/html" }, json: "<html>" }) }),
    ["failed base URL", "warning tried with the token"],
  ],
  [
    "a redirect",
    () => altered({ answer: () => ({ status: 302, headers: { location: "https://x.example" }, json: {} }) }),
    ["failed base URL", "warning tried with the token"],
  ],
  [
    "a proxy that can't be",
    () => set({ ZKSCORE_BASE_URL: "https://x.invalid/v1", HTTPS_PROXY: `ftp://u:${CANARY}@p` }),
    ["failed proxy"],
  ],
  [
    "a proxy that is down",
    () => set({ ZKSCORE_BASE_URL: "https://x.invalid/v1", HTTPS_PROXY: `http://u:${CANARY}@127.0.0.1:9` }),
    ["failed proxy", "warning tried with the token"],
  ],
  [
    "a proxy that isn't used",
    () => set({ ZKSCORE_BASE_URL: "https://127.0.0.1:9/v1", ALL_PROXY: `http://u:${CANARY}@127.0.0.1:9` }),
    ["warning proxy", "failed reachability", "warning tried with the token"],
  ],
  ["an authority's file that isn't there", () => set({ NODE_EXTRA_CA_CERTS: "/nowhere.pem" }), ["failed certificates"]],
  [
    "an authority's file without one",
    () => {
      machine.write("ca.pem", "nothing");
      set({ NODE_EXTRA_CA_CERTS: join(machine.folder, "..", "ca.pem") });
    },
    ["failed certificates"],
  ],
  ["certificates that aren't checked", () => set({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }), ["warning certificates"]],
  [
    "a certificate of an unknown authority",
    async () => {
      const authority = createAuthority();
      const server = await tlsServer(authority.issue("localhost"), () => ({}));
      closing.push(server.close, authority.dispose);
      set({ ZKSCORE_BASE_URL: `https://localhost:${server.port}/v1` });
    },
    ["failed certificates", "warning tried with the token"],
  ],
  [
    "an API that is down",
    () => set({ ZKSCORE_BASE_URL: "http://127.0.0.1:9/v1" }),
    ["failed reachability", "warning tried with the token"],
  ],
  [
    "an API that fails",
    () => api.faults.add({ operation: "any", kind: "status", status: 503, every: 1 }),
    ["failed reachability", "warning tried with the token"],
  ],
  [
    "an API that doesn't answer",
    () => api.faults.add({ operation: "any", kind: "hang", every: 1 }),
    ["failed reachability", "warning tried with the token"],
  ],
  ["no token", () => set({ ZKSCORE_TOKEN: undefined }), ["failed token"]],
  [
    "a token with a line break",
    () => set({ ZKSCORE_TOKEN: `a\n${CANARY}` }),
    ["failed token", "warning tried with the token"],
  ],
  [
    "a token that isn't accepted",
    () => set({ ZKSCORE_TOKEN: `zkm_x${CANARY}` }),
    ["failed token", "warning tried with the token"],
  ],
  [
    "a token in clear in the stack's file",
    () => set({ ZKSCORE_TOKEN: undefined, FAKE_CONFIG: `{"zkscore:token":{"value":"zkm_${CANARY}","secret":false}}` }),
    ["warning token"],
  ],
  [
    "a token that may not read usage",
    () => api.faults.add({ operation: "usage", kind: "status", status: 403, every: 1 }),
    ["warning tried with the token"],
  ],
  [
    "a listing that contradicts itself",
    () =>
      altered({
        answer: (answer, { path }) =>
          path.includes("keys")
            ? { ...answer, json: { ...answer.json, pagination: { ...answer.json.pagination, total: 7 } } }
            : undefined,
      }),
    ["warning tried with the token"],
  ],
  [
    "a clock that is ahead",
    () =>
      altered({
        answer: (answer) => ({ ...answer, headers: { date: new Date(Date.now() - 5 * 60_000).toUTCString() } }),
      }),
    ["warning clock"],
  ],
  ["a clock that is replaced", () => set({ ZKSCORE_NOW: "2031-01-01T00:00:00Z" }), ["warning clock"]],
  [
    "a quota that is used up",
    async () => {
      for (let n = 0; n < 5; n++)
        await ask(`${api.url}/developer/keys`, machine.env["ZKSCORE_TOKEN"], "POST", key(`key-${n}`));
    },
    ["warning keys made today"],
  ],
  ["no login", () => set({ FAKE_FAILS: "whoami", FAKE_CANARY: CANARY }), ["failed state backend"]],
  ["a backend that doesn't answer", () => set({ FAKE_HANGS: "whoami" }), ["failed state backend"]],
  [
    "a file backend with metadata",
    () => set({ FAKE_BACKEND: "file:///tmp/state", PULUMI_BACKEND_URL: "file:///tmp/state" }),
    ["warning state backend"],
  ],
  ["a lock of a process that runs", () => lock(process.pid), ["warning lock"]],
  ["a lock of one that was killed", () => lock(2 ** 22 + 1), ["failed lock"]],
  ["a lock of another machine", () => lock(1, "elsewhere"), ["warning lock"]],
  [
    "an operation that the service knows of",
    () =>
      set({
        ...{ FAKE_BACKEND: "https://api.pulumi.com", PULUMI_BACKEND_URL: undefined },
        FAKE_STACKS: '[{"name":"dev","current":true,"updateInProgress":true}]',
      }),
    ["warning lock"],
  ],
  [
    "no refresh",
    () => machine.write("project/Pulumi.yaml", "name: shop\nruntime: nodejs\n# options: { refresh: always }\n"),
    ["warning refresh: always"],
  ],
  ["no policy pack", () => machine.remove("project/node_modules/pulumi-zkscore/policy"), ["failed policy pack"]],
  [
    "an SDK for policies that is too old",
    () =>
      machine.write("project/node_modules/@pulumi/policy/package.json", '{"name":"@pulumi/policy","version":"1.9.0"}'),
    ["failed policy pack"],
  ],
];

describe("each fault, planted alone, is found with what to do, and no secret is shown", () => {
  test.each(FAULTS)("%s", async (_what, plant, found) => {
    await plant();
    expect((await examined()).bad).toEqual(found);
  });

  test("every check has one", async () => {
    const { checks } = await examined();
    const found = new Set(FAULTS.flatMap(([, , names]) => names.map((name) => name.replace(/^\w+ /, ""))));
    expect(checks.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
  });
});

test("a key of yesterday counts in no quota of today; a plan without a limit has none", async () => {
  const today = api.now();
  api.setNow(today - DAY_MS);
  for (let n = 0; n < 5; n++)
    await ask(`${api.url}/developer/keys`, machine.env["ZKSCORE_TOKEN"], "POST", key(`key-${n}`));
  api.setNow(today);
  expect((await examined()).bad).toEqual([]);
  const of = async (plan: string | undefined) => {
    set({ ZKSCORE_PLAN: plan });
    return (await examined()).checks.find(({ name }) => name === "keys made today");
  };
  expect(await of("enterprise")).toMatchObject({
    outcome: "ok",
    found: expect.stringContaining("no documented limit"),
  });
  expect(await of(undefined)).toMatchObject({ outcome: "unknown" });
});

test("what can't be looked at is unknown, and no finding: outside of a project, with a token that is encrypted", async () => {
  machine.remove("project/Pulumi.yaml");
  set({ ZKSCORE_TOKEN: undefined });
  machine.write("project/Pulumi.yaml", "name: shop\nruntime: nodejs\noptions: { refresh: always }\n");
  set({ FAKE_CONFIG: '{"zkscore:token":{"secret":true},"zkscore:plan":{"value":"free","secret":false}}' });
  const { bad, checks } = await examined();
  expect(bad).toEqual([]);
  expect(checks.find(({ name }) => name === "token")?.remedy).toContain("pulumi config get zkscore:token");
  machine.remove("project/Pulumi.yaml");
  machine.remove("project/node_modules");
  expect((await examined()).bad).toEqual(["failed token"]);
});

test.each<[boolean | undefined, string]>([
  [true, "options:\n  refresh: always"],
  [true, 'name: x\n"options": {}\noptions:\n    # a note\n    refresh: "always" # why\nmain: x'],
  [true, "options: {refresh: always, other: 1}"],
  [true, "options: { refresh: 'always' } # why"],
  [false, "name: x\n"],
  [false, "options:\n  other: always\nrefresh: always"],
  [false, "options:\n  # refresh: always\n  other: 1"],
  [false, "options:\n  refresh: never"],
  [undefined, "options: {\n  refresh: always }"],
  [undefined, "options: *shared"],
  [undefined, "options:\n  <<: *shared"],
  [undefined, ""],
])("refresh %s: %j", (expected, text) => {
  expect(refreshAlways(text)).toBe(expected);
});

test("the command: exit code 0 or 3, the same as text and as JSON", async () => {
  const run = (...args: string[]) => startCli(["doctor", ...args], machine.env, machine.folder).done;
  const healthy = await run();
  expect([healthy.code, healthy.stderr.replace(/^still looking.*\n/gm, "")]).toEqual([0, ""]);
  expect(healthy.stdout).toContain("Nothing to look at.");
  machine.remove("bin/pulumi-language-nodejs");
  const broken = await run("--json");
  expect(broken.code).toBe(3);
  const { checks } = JSON.parse(broken.stdout) as { checks: object[] };
  expect(checks).toContainEqual({
    name: "language host",
    outcome: "failed",
    found: expect.stringContaining("pulumi-language-nodejs"),
    remedy: expect.any(String),
  });
  expect(broken.stdout + healthy.stdout).not.toContain(CANARY);
});
