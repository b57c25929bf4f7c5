import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type CliWorld, cliWorld } from "../support/cli.ts";
import type { Outcome } from "../support/engine/command.ts";

const TOTAL = 1_104;

let world: CliWorld;
let state = "";
let managed: { id: string }[] = [];
beforeAll(async () => {
  world = await cliWorld();
  managed = await Promise.all(Array.from({ length: TOTAL }, (_, n) => world.make(`backend-${n}`, {})));
  state = world.state("shop.json", { keys: managed.map(({ id }) => ({ id })) });
});
afterEach(() => world.api.faults.clear());
afterAll(() => world.dispose());

const PROGRESS = /^listing the keys: (none yet|\d[\d,]* of 1,104) after \d+ s$/;
const commands = () => [["list", "--json"], ["reconcile", state, "--json"], ["usage"]];

/** Runs the command with a listing that waits at `offset` until stderr says `text`. */
async function heldAt(offset: number, args: readonly string[], text: string): Promise<Outcome> {
  const fault = world.api.faults.add({ operation: "list", kind: "pause", minOffset: offset });
  const running = world.start(args);
  await world.api.waitForPause();
  await running.until(text);
  world.api.faults.clear(fault);
  world.api.release();
  return running.done;
}

test("a long listing says how many keys of how many it has, on stderr alone, and no more than every 2 s after the first", async () => {
  for (const args of commands()) {
    const { code, stdout, stderr, ms } = await heldAt(1_000, args, "listing the keys: 1,000 of 1,104 after ");
    expect([args, code]).toEqual([args, 0]);
    const lines = stderr.trimEnd().split("\n");
    for (const line of lines) expect(line).toMatch(PROGRESS);
    expect(lines.length - 1).toBeLessThanOrEqual((ms - 1_000) / 2_000);
    expect(stdout).not.toContain("listing the keys");
    if (args.includes("--json")) expect(() => JSON.parse(stdout)).not.toThrow();
  }
});

test("one whose first page doesn't come says that there is none yet", async () => {
  const { code, stderr } = await heldAt(0, ["list"], "listing the keys: none yet after ");
  expect(code).toBe(0);
  expect(stderr.split("\n")[0]).toMatch(PROGRESS);
});

test("each listing of a command counts from the start", async () => {
  const orphan = await world.make("backend-orphan", {});
  const later = world.state("later.json", { keys: managed.map(({ id }) => ({ id })) });
  const pages = Math.ceil((TOTAL + 1) / 100);
  world.api.faults.add({ operation: "list", kind: "pause", nth: pages + 1 });
  const running = world.start(["reconcile", later, "--revoke-orphans", "--yes", "--json"]);
  await world.api.waitForPause();
  await running.until("listing the keys: none yet");
  world.api.release();
  const { code, stdout, stderr } = await running.done;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ revoked: [orphan.id] });
  expect(stderr).toContain(`revoked 1 of 1: key ${orphan.id}`);
});

test("a quick listing says nothing", async () => {
  const small = await cliWorld();
  const { id } = await small.make("backend-1", {});
  for (const args of [["list"], ["usage"], ["reconcile", small.state("shop.json", { keys: [{ id }] })]]) {
    const { code, stdout, stderr } = await small.start(args).done;
    expect([args, code, stderr]).toEqual([args, 0, ""]);
    expect(stdout).toContain(id);
  }
  await small.dispose();
});
