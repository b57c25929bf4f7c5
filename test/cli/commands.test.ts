import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { ask } from "../support/emulator.ts";
import { cli, freshCli } from "../support/fixture.ts";

beforeEach(() => freshCli());

test("help: on stdout with exit code 0, for the command and for each of its commands, without a request", async () => {
  for (const args of [
    ["--help"],
    ["help"],
    ["list", "--help"],
    ["usage", "-h"],
    ["reconcile", "--help"],
    ["emulator", "--help"],
  ]) {
    const { code, stdout, stderr } = await cli.start(args, { ZKSCORE_TOKEN: undefined }).done;
    expect([args, code, stderr]).toEqual([args, 0, ""]);
    expect(stdout.length).toBeGreaterThan(200);
  }
  expect(cli.operations()).toEqual([]);
});

test("wrong arguments: exit code 2, usage or a hint on stderr, nothing on stdout", async () => {
  for (const args of [
    [],
    ["lst"],
    ["constructor"],
    ["list", "--al"],
    ["usage", "--key"],
    ["reconcile", "--expiring", "soon"],
  ]) {
    const { code, stdout, stderr } = await cli.start(args).done;
    expect([args, code, stdout]).toEqual([args, 2, ""]);
    expect(stderr).toMatch(/--help/);
  }
  expect(cli.operations()).toEqual([]);
});

test("list shows live keys, with --all the revoked ones, and who made them", async () => {
  const kept = await cli.make("backend-00000001", {});
  const gone = await cli.make("by hand");
  cli.api.revoke(gone.id);
  const short = await cli.start(["list"]).done;
  expect(short.stdout).toContain(kept.id);
  expect(short.stdout).toContain("shop/prod/backend");
  expect(short.stdout).not.toContain(gone.id);
  expect(short.stdout).toContain("1 revoked or expired; --all shows them");
  const all: unknown = JSON.parse((await cli.start(["list", "--all", "--json"]).done).stdout);
  expect(all).toMatchObject([
    { id: gone.id, status: "revoked" },
    { id: kept.id, madeBy: { project: "shop", stack: "prod", name: "backend" }, totalRequests: 0 },
  ]);
});

test("usage names the key that nobody uses first; --key shows one key's endpoints", async () => {
  const busy = await cli.make("busy");
  const idle = await cli.make("idle");
  await cli.api.use(busy.secret);
  const { stdout } = await cli.start(["usage"]).done;
  expect(stdout).toContain("1 requests, 1 successful, 0 failed");
  expect(stdout.indexOf(idle.id)).toBeLessThan(stdout.indexOf(busy.id));
  expect((await cli.start(["usage", "--key", busy.id]).done).stdout).toMatch(/\/scores\S*\s+1/);
  expect(JSON.parse((await cli.start(["usage", "--json"]).done).stdout)).toMatchObject({
    usage: { totalRequests: 1 },
  });
});

test("a name in the account can't write to the terminal", async () => {
  await cli.make("red\u001b[31m\u202ename");
  const { stdout } = await cli.start(["list"]).done;
  expect(stdout).toContain(String.raw`red\u001b[31m\u202ename`);
});

test("an API that is down: exit code 1, with cause and remedy", async () => {
  const { code, stdout, stderr } = await cli.start(["list"], { ZKSCORE_BASE_URL: "http://127.0.0.1:9/v1" }).done;
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/ZKS_UNREACHABLE[\s\S]*cause:[\s\S]*remedy:/);
});

test("emulator: prints where it listens, serves, keeps its keys, and ends at SIGTERM", async () => {
  const data = join(cli.folder, "data");
  const running = cli.start(["emulator", "--data", data, "--json"]);
  await running.until("\n");
  // A border: the emulator's own first line and credentials file.
  const { url, credentials } = JSON.parse(running.output()) as { url: string; credentials: string };
  const { token } = JSON.parse(readFileSync(credentials, "utf8")) as { token: string };
  expect((await ask(`${url}/developer/keys`, token)).status).toBe(200);
  running.kill("SIGTERM");
  expect((await running.done).code).toBe(0);
});
