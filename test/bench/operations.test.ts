import { expect, test } from "vitest";
import { roleOf } from "../../bench/measure/role.ts";
import { KINDS, OPERATIONS, type Operation, type Requests, wrongWith } from "../../bench/operations.ts";
import { parseOptions } from "../../bench/options.ts";

const NONE: Requests = { create: 0, list: 0, update: 0, revoke: 0, other: 0 };
const N = 7;
/** What an honest provider sends, and what is alive after it. */
const HONEST: Readonly<Record<Operation, { requests: Requests; liveKeys: number }>> = {
  create: { requests: { ...NONE, create: N, list: 1 }, liveKeys: N },
  "up --refresh": { requests: { ...NONE, list: 1 }, liveKeys: N },
  up: { requests: NONE, liveKeys: N },
  refresh: { requests: { ...NONE, list: 1 }, liveKeys: N },
  "one change": { requests: { ...NONE, update: 1 }, liveKeys: N },
  destroy: { requests: { ...NONE, list: 2, revoke: N }, liveKeys: 0 },
};

test.each(OPERATIONS)("%s: what did its work counts; a write or a key too many or too few doesn't", (operation) => {
  const seen = HONEST[operation];
  expect(wrongWith("ours", operation, N, seen)).toEqual([]);
  for (const kind of KINDS.filter((one) => one !== "list")) {
    const requests = { ...seen.requests, [kind]: seen.requests[kind] + 1 };
    expect(wrongWith("ours", operation, N, { ...seen, requests })).toHaveLength(1);
  }
  expect(wrongWith("ours", operation, N, { ...seen, liveKeys: seen.liveKeys + 1 })).toHaveLength(1);
});

test("who refreshes without having read the account did no work, and the floor asks nothing", () => {
  for (const operation of ["up --refresh", "refresh"] as const) {
    expect(wrongWith("naive", operation, N, { requests: NONE, liveKeys: N })).toHaveLength(1);
  }
  expect(wrongWith("floor", "refresh", N, { requests: NONE, liveKeys: 0 })).toEqual([]);
  expect(wrongWith("floor", "refresh", N, { requests: { ...NONE, list: 1 }, liveKeys: 0 })).toHaveLength(1);
});

test.each([
  ["provider", ["node", "/r/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js", "127.0.0.1:1"]],
  ["provider", ["node", "/r/node_modules/@pulumi/pulumi/cmd/dynamic-provider", "127.0.0.1:1"]],
  ["provider", ["/cache/terraform-provider-restapi"]],
  ["provider", ["/cache/terraform-provider-restapi_v3.0.0"]],
  ["program", ["node", "--enable-source-maps", "/r/node_modules/@pulumi/pulumi/cmd/run", "--monitor", "x", "."]],
  ["policy", ["node", "/r/node_modules/@pulumi/pulumi/cmd/run-policy-pack", "127.0.0.1:1", "."]],
  ["engine", ["/bin/sh", "/cache/pulumi-resource-pulumi-nodejs", "127.0.0.1:1"]],
  ["engine", ["node", "-e", "console.log(require.resolve('@pulumi/pulumi/cmd/dynamic-provider'))"]],
  ["engine", ["node", "/r/dist/tools/engine/host/main.js", "127.0.0.1:1"]],
  ["engine", ["/cache/pulumi", "up"]],
  ["engine", ["/cache/tofu", "apply"]],
  ["engine", []],
] as const)("processor time of the %s: %j", (role, argv) => {
  expect(roleOf([...argv, ""])).toBe(role);
});

test("options: defaults, lists, and a word for what is no number", () => {
  expect(parseOptions([])).toMatchObject({ keys: [10, 100], latencies: [0], repeats: 3, small: true, write: false });
  expect(parseOptions(["--keys", "10,300", "--latency", "0,50", "--with", "tofu", "--no-small"])).toMatchObject({
    keys: [10, 300],
    latencies: [0, 50],
    contestants: ["floor", "naive", "ours", "tofu"],
    small: false,
  });
  expect(parseOptions(["--help"])).toBeUndefined();
  expect(() => parseOptions(["--keys", "ten"])).toThrow("--keys ten: a whole number from 1");
  expect(() => parseOptions(["--with", "cdk"])).toThrow("only tofu");
});
