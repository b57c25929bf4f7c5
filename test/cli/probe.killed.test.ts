import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FaultSpec } from "../../emulator/index.ts";
import { packageRoot } from "../../tools/root.ts";
import { type CliWorld, cliWorld } from "../support/cli.ts";
import { healthyMachine, type Machine } from "../support/doctor/machine.ts";
import { connection } from "../support/world.ts";

let world: CliWorld;
let machine: Machine;
let bystander: string;
beforeEach(async () => {
  world = await cliWorld();
  world.api.setMode({ updates: "patch" });
  machine = healthyMachine();
  bystander = (await world.make("bystander")).id;
});
afterEach(async () => {
  machine.dispose();
  await world.dispose();
});

const env = () => ({ ...machine.env, XDG_STATE_HOME: world.folder });
const start = (...args: string[]) => world.start(["doctor", "--probe", "--yes", ...args], env(), machine.folder);
const live = () => world.api.keys().flatMap(({ id, status }) => (status === "active" ? [id] : []));
const notes = () => readdirSync(join(world.folder, "zkscore-keys", "probes"));

interface Printed {
  checks: object[];
  probe: {
    key: { id: string };
    earlier: { id: string; revoked: boolean }[];
    left: object[];
    assumptions: { standing: string }[];
  };
}
// A border: the interface under test.
const printed = (stdout: string) => JSON.parse(stdout) as Printed;

const MOMENTS: [string, FaultSpec, alive: number][] = [
  ["before its key is made", { operation: "create", kind: "pause", phase: "beforeParse" }, 0],
  ["when its key is made and not answered", { operation: "create", kind: "pause", phase: "afterCommit" }, 1],
  ["while it is used", { operation: "usage", kind: "pause", nth: 2 }, 1],
  ["while its name is taken again", { operation: "create", kind: "pause", nth: 2 }, 1],
  ["before it is revoked", { operation: "revoke", kind: "pause", phase: "beforeParse" }, 1],
  ["when it is revoked and not answered", { operation: "revoke", kind: "pause", phase: "afterCommit" }, 0],
];

test.each(MOMENTS)("killed %s: the next probe leaves no key", async (_what, fault, alive) => {
  world.api.faults.add(fault);
  const running = start("--json");
  await world.api.waitForPause();
  running.kill("SIGKILL");
  await running.done.catch(() => undefined);
  world.api.faults.clear();
  expect(live()).toHaveLength(1 + alive);
  expect(notes()).toHaveLength(1);
  const { code, stdout, stderr } = await start("--json").done;
  expect([code, stderr.replace(/^still .*\n/gm, "")]).toEqual([0, ""]);
  const { probe } = printed(stdout);
  expect(probe.earlier.filter(({ revoked }) => !revoked)).toEqual([]);
  expect(probe.earlier).toHaveLength(alive);
  expect(live()).toEqual([bystander]);
  // One whose request may still be on its way is kept in mind.
  const made = fault.operation === "create" && fault.phase === "beforeParse" ? 1 : 0;
  expect(notes()).toHaveLength(made);
});

test("Ctrl-C lets it clean up; what wasn't tried is said", async () => {
  world.api.faults.add({ operation: "usage", kind: "pause", nth: 2 });
  const running = start();
  await world.api.waitForPause();
  running.kill("SIGINT");
  world.api.release();
  const { code, stdout } = await running.done;
  expect(code).toBe(3);
  expect(stdout).toContain("It was stopped");
  expect(live()).toEqual([bystander]);
  expect(notes()).toEqual([]);
});

test("a probe leaves the key of another that runs alone", async () => {
  const fault = world.api.faults.add({ operation: "usage", kind: "pause", nth: 2 });
  const first = start("--json");
  await world.api.waitForPause();
  world.api.faults.clear(fault);
  const second = printed((await start("--json").done).stdout);
  expect(second.probe.earlier).toEqual([]);
  expect(live()).toHaveLength(2);
  world.api.release();
  expect((await first.done).code).toBe(0);
  expect(live()).toEqual([bystander]);
});

test("it asks, with the cost named first, and only `yes` makes a key; elsewhere it wants --yes", async () => {
  for (const args of [["--probe"], ["--probe", "--json"], ["--yes"]]) {
    const { code, stderr } = await world.start(["doctor", ...args], env(), machine.folder).done;
    expect([args, code]).toEqual([args, 2]);
    expect(stderr).toContain("--probe");
  }
  expect(world.operations()).toEqual(["create"]);
  if (spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") !== true) return;
  for (const [answer, made] of [
    ["no\r", 0],
    ["yes\r", 1],
  ] as const) {
    const before = world.api.keys().length;
    const line = `'${process.execPath}' '${join(packageRoot, "dist", "cli", "main.js")}' doctor --probe`;
    const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
      cwd: machine.folder,
      env: { ...process.env, ...env(), PATH: `${machine.bin}:${process.env["PATH"]}`, ...connection(world.api) },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (text: Buffer) => {
      if (!output.includes("Only") && `${output}${text}`.includes("Only")) child.stdin.write(answer);
      output += String(text);
    });
    const [code] = await once(child, "close");
    expect(output.replaceAll(/\s+/g, " ")).toContain("It costs 1 key of the day's quota, 2 where");
    expect([answer, code, world.api.keys().length - before]).toEqual([answer, made === 1 ? 0 : 3, made]);
  }
  expect(live()).toEqual([bystander]);
});
