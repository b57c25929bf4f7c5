import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { leaksIn } from "../support/canaries.ts";
import { type CliWorld, cliWorld } from "../support/cli.ts";

let world: CliWorld;
beforeEach(async () => {
  world = await cliWorld();
});
afterEach(() => world.dispose());

const read = (name: string) => readFileSync(join(world.folder, name), "utf8");
const dataIn = (name: string): unknown => JSON.parse(read(name));

test("writes page and data from the account and a state; one listing, and one usage a key that has some", async () => {
  const busy = await world.make("busy", {});
  const idle = await world.make("idle");
  await world.api.use(busy.secret);
  world.api.clearJournal();
  const state = world.state("state.json", { keys: [{ id: busy.id }] });
  const { code, stdout, stderr } = await world.start(["report", state, "--out", "r.html", "--out", "r.json"]).done;
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^r\.html, r\.json: 2 keys, 0 wide, \d+ findings of the policies\n$/);
  expect(world.operations()).toEqual(["list", "usage"]);
  expect(dataIn("r.json")).toMatchObject({
    format: "zkscore-keys report",
    version: 1,
    sources: { account: "complete", states: [{ stack: "shop/prod" }] },
    keys: expect.arrayContaining([
      expect.objectContaining({ id: busy.id, relation: "managed", usage: expect.objectContaining({ requests: 1 }) }),
      expect.objectContaining({ id: idle.id, relation: "foreign", neverUsed: true }),
    ]),
  });
  expect(read("r.html")).toMatch(/^<!doctype html>/);
  const token = world.api.accounts[0]?.token ?? "";
  const secrets = new Map([
    ["busy", busy.secret],
    ["idle", idle.secret],
    ["token", token],
  ]);
  for (const file of ["r.html", "r.json"]) expect(leaksIn(read(file), secrets)).toEqual([]);
});

test("--since takes an earlier page or its data, and says what changed", async () => {
  const gone = await world.make("gone");
  await world.start(["report", "--out", "old.html", "--out", "old.json"]).done;
  world.api.revoke(gone.id);
  const made = await world.make("made");
  for (const old of ["old.html", "old.json"]) {
    const { code, stderr } = await world.start(["report", "--since", old, "--out", "new.json"]).done;
    expect([code, stderr]).toEqual([0, ""]);
    expect(dataIn("new.json")).toMatchObject({
      changes: { made: [{ id: made.id }], gone: [{ id: gone.id, now: "revoked" }], changed: [] },
    });
  }
});

test("--offline: the states alone, without a token and without a request", async () => {
  const state = world.state("state.json", {
    keys: [{ id: "key_1", previous: [{ keyId: "key_0", revokeAfter: "2030-01-01T00:00:00Z" }] }],
  });
  const { code, stderr } = await world.start(["report", "--offline", state, "--out", "r.json"], {
    ZKSCORE_TOKEN: undefined,
  }).done;
  expect([code, stderr]).toEqual([0, ""]);
  expect(dataIn("r.json")).toMatchObject({
    sources: { account: "not asked" },
    keys: [{ id: "key_1" }, { id: "key_0", relation: "retired" }],
  });
  expect(world.operations()).toEqual([]);
});

test("an API that gives no usage: the report is written, and says so", async () => {
  const busy = await world.make("busy");
  await world.api.use(busy.secret);
  world.api.faults.add({ kind: "status", status: 403, operation: "usage" });
  const { code } = await world.start(["report", "--out", "r.json"]).done;
  expect(code).toBe(0);
  expect(dataIn("r.json")).toMatchObject({ watched: { notKnown: 1, why: expect.stringMatching(/^ZKS_/) } });
});

test("wrong arguments: exit code 2, no request, no file; --help says more", async () => {
  for (const args of [[], ["--out", "r.pdf"], ["--out", "r.html", "--offline"], ["--out", "r.html", "--sinc", "x"]]) {
    const { code, stdout, stderr } = await world.start(["report", ...args]).done;
    expect([args, code, stdout]).toEqual([args, 2, ""]);
    expect(stderr).toMatch(/--help/);
  }
  const missing = await world.start(["report", "--out", "r.html", "--since", "nowhere.json"]).done;
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/nowhere\.json.*can't be read/)]);
  const folder = await world.start(["report", "--out", "no/such/folder/r.html"]).done;
  expect([folder.code, folder.stderr]).toEqual([1, expect.stringMatching(/can't be written/)]);
  expect(existsSync(join(world.folder, "r.html"))).toBe(false);
  expect((await world.start(["report", "--help"]).done).stdout).toMatch(/Exit code 3/);
});
