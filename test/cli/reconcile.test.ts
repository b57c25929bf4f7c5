import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { cli, freshCli } from "../support/fixture.ts";

beforeEach(() => freshCli());

/** One key of each relation, and one that is missing. Returns id by what it is. */
async function oneOfEach() {
  const { make, api } = cli;
  const ids = {
    retired: (await make("backend-00000001", {})).id,
    managed: (await make("backend-00000002", {})).id,
    orphan: (await make("backend-00000003", {})).id,
    usedOrphan: (await make("backend-00000004", {})).id,
    kept: (await make("backend-00000005", { keep: true })).id,
    copy: (await make("backend-00000006", { stack: "copy" })).id,
    pending: (await make("other-00000007", { owner: "owner-of-other" })).id,
    otherStack: (await make("backend-00000008", { identity: "identity-of-another" })).id,
    byHand: (await make("by hand")).id,
    gone: (await make("backend-00000009", {})).id,
    lost: "key_00000000000000000000",
  };
  const used = await make("backend-0000000a", {});
  expect((await api.use(used.secret)).status).toBe(200);
  api.revoke(ids.gone);
  api.revoke(ids.usedOrphan);
  const state = cli.state("shop.json", {
    keys: [
      { id: ids.managed, previous: [{ keyId: ids.retired, revokeAfter: "2031-01-01T00:00:00Z" }] },
      { id: ids.gone },
      { id: ids.lost },
    ],
    pendingOwners: ["owner-of-other"],
  });
  return { ids: { ...ids, usedOrphan: used.id }, state };
}

type Report = {
  summary: Record<string, number>;
  keys: {
    id: string;
    relation: string;
    until?: string;
    hold?: string;
    hint?: string;
    permissions: object[];
    expiring: boolean;
  }[];
  missing: { keyId: string; status: string }[];
  revoked: string[];
};

async function report(args: readonly string[]): Promise<Report & { code: number }> {
  const outcome = await cli.start(["reconcile", "--json", ...args]).done;
  // A border: the interface under test.
  return { ...(JSON.parse(outcome.stdout) as Report), code: outcome.code };
}

const revocations = () => cli.api.journal().filter((entry) => entry.operation === "revoke");

describe("what it finds", () => {
  test("each key of the account has one relation, and keys of the state that are gone are missing", async () => {
    const { ids, state } = await oneOfEach();
    const found = await report([state]);
    const relations = Object.fromEntries(found.keys.map((key) => [key.id, key.relation]));
    expect(relations).toEqual({
      [ids.managed]: "managed",
      [ids.retired]: "retired",
      [ids.orphan]: "orphaned",
      [ids.usedOrphan]: "orphaned",
      [ids.kept]: "kept",
      [ids.copy]: "elsewhere",
      [ids.pending]: "pending",
      [ids.otherStack]: "foreign",
      [ids.byHand]: "foreign",
    });
    expect(found.keys.find((key) => key.id === ids.retired)?.until).toBe("2031-01-01T00:00:00Z");
    expect(found.missing).toMatchObject([
      { keyId: ids.gone, status: "revoked" },
      { keyId: ids.lost, status: "absent" },
    ]);
    expect(found.code).toBe(3);
  });

  test("it is read-only: one listing, nothing else", async () => {
    const { state } = await oneOfEach();
    const before = cli.operations().length;
    await cli.start(["reconcile", state]).done;
    expect(cli.operations().slice(before)).toEqual(["list"]);
  });

  test("exit code 0 when every key is managed or foreign", async () => {
    const { id } = await cli.make("backend-00000001", {});
    await cli.make("by hand");
    const { code, stdout } = await cli.start(["reconcile", cli.state("shop.json", { keys: [{ id }] })]).done;
    expect(stdout).toContain("Managed by a stack");
    expect(code).toBe(0);
  });

  test("a managed key that ends within the time asked for is found, one that ends later is not", async () => {
    const expiry = new Date(Date.now() + 5 * 86_400_000).toISOString();
    const { id } = await cli.make("backend-00000001", {}, { expiry });
    const state = cli.state("shop.json", { keys: [{ id }] });
    expect(await report([state, "--expiring", "6d"])).toMatchObject({ code: 3, summary: { expiring: 1 } });
    expect(await report([state, "--expiring", "4d"])).toMatchObject({ code: 0, summary: { expiring: 0 } });
  });

  test("several states explain the keys of each", async () => {
    const first = await cli.make("backend-00000001", {});
    const second = await cli.make("backend-00000002", { stack: "copy" });
    const states = [
      cli.state("prod.json", { keys: [{ id: first.id }] }),
      cli.state("copy.json", { stack: "copy", keys: [{ id: second.id }] }),
    ];
    expect(await report(states)).toMatchObject({ code: 0, summary: { managed: 2, elsewhere: 0 } });
  });
});

describe("what it revokes", () => {
  test("only an orphan that nobody used; the second look finds it gone", async () => {
    const { ids, state } = await oneOfEach();
    const found = await report([state, "--revoke-orphans", "--yes"]);
    expect(found.revoked).toEqual([ids.orphan]);
    expect(revocations().map((entry) => entry.keyId)).toEqual([ids.orphan]);
    expect(found.keys.map((key) => key.id)).not.toContain(ids.orphan);
    expect(found.code).toBe(3); // the used orphan and the missing keys are still there
  });

  test("with --used, an orphan that was used, too, and nothing else", async () => {
    const { ids, state } = await oneOfEach();
    await report([state, "--revoke-orphans", "--used", "--yes"]);
    expect(
      revocations()
        .map((entry) => entry.keyId)
        .sort(),
    ).toEqual([ids.orphan, ids.usedOrphan].sort());
  });

  test("not an orphan that is newer than the state", async () => {
    const { id } = await cli.make("backend-00000001", {});
    // Its one entry waits for deletion: it gives the state an identity.
    const keys = [{ id: "key_00000000000000000000", pendingDelete: true }];
    const state = cli.state("old.json", { keys, writtenAt: new Date(Date.now() - 60_000).toISOString() });
    const first = await report([state, "--revoke-orphans", "--yes"]);
    expect(first.keys.find((key) => key.id === id)?.hold).toContain("newer than the state");
    expect(revocations()).toEqual([]);
  });

  test("an orphan that a mark out of sight says it retires, too: a mark only hints", async () => {
    const { ids, state } = await oneOfEach();
    const retires = [{ keyId: ids.orphan, revokeAfter: "2031-01-01T00:00:00Z" }];
    await cli.make("forged-00000001", { identity: "of-anyone", retires });
    await cli.make("forged-00000002", { stack: "copy", retires });
    const before = await report([state]);
    expect(before.keys.find((key) => key.id === ids.orphan)).toMatchObject({
      hint: expect.stringContaining("retires it"),
    });
    await report([state, "--revoke-orphans", "--yes"]);
    expect(revocations().map((entry) => entry.keyId)).toEqual([ids.orphan]);
  });

  test("never a key that is marked as kept; one that may do more than read needs a look until it is named", async () => {
    const { id } = await cli.make("backend-00000001", {});
    const state = cli.state("kept.json", { keys: [{ id }] });
    const narrow = await cli.make("backend-00000002", { keep: true });
    expect(await report([state])).toMatchObject({ code: 0, summary: { kept: 1 } });
    const permissions = [{ resource: "all", actions: ["all"] }];
    const wide = await cli.make("backend-00000003", { keep: true }, { permissions });
    const found = await report([state, "--revoke-orphans", "--used", "--yes"]);
    expect(found).toMatchObject({ code: 3, summary: { kept: 2 } });
    expect(found.keys.find((key) => key.id === wide.id)).toMatchObject({
      permissions,
      hint: expect.stringContaining("--kept"),
    });
    expect(found.keys.find((key) => key.id === narrow.id)?.hint).toBeUndefined();
    expect(revocations()).toEqual([]);
    expect(await report([state, "--kept", wide.id])).toMatchObject({ code: 0 });
  });

  test("not a key that was used between the first look and the second", async () => {
    const managed = await cli.make("backend-00000001", {});
    const orphan = await cli.make("backend-00000002", {});
    const state = cli.state("shop.json", { keys: [{ id: managed.id }] });
    cli.api.faults.add({ operation: "list", kind: "pause", nth: 2 });
    const running = cli.start(["reconcile", state, "--revoke-orphans", "--yes"]);
    await cli.api.waitForPause();
    await cli.api.use(orphan.secret);
    cli.api.release();
    expect((await running.done).code).toBe(3);
    expect(revocations()).toEqual([]);
  });

  test("nothing without a terminal and without --yes, before any request", async () => {
    const { state } = await oneOfEach();
    const before = cli.operations().length;
    const { code, stderr } = await cli.start(["reconcile", state, "--revoke-orphans"]).done;
    expect(code).toBe(2);
    expect(stderr).toContain("give --yes");
    expect(cli.operations()).toHaveLength(before);
  });

  test("a revocation that fails ends with an error that names it, and the rest is left", async () => {
    const { state } = await oneOfEach();
    cli.api.faults.add({ operation: "revoke", kind: "status", status: 403 });
    const { code, stderr } = await cli.start(["reconcile", state, "--revoke-orphans", "--used", "--yes"]).done;
    expect(code).toBe(1);
    expect(stderr).toContain("ZKS_FORBIDDEN");
    expect(revocations()).toHaveLength(1);
  });
});

describe("what it refuses", () => {
  test.each([
    ["another account's token", { ZKSCORE_TOKEN: "zkm_of_nobody" }, "ZKS_UNAUTHORIZED"],
    ["no token", { ZKSCORE_TOKEN: undefined }, "ZKSCORE_TOKEN"],
    ["another deployment", { ZKSCORE_BASE_URL: "https://api.example.com/v1" }, "ZKS_WRONG_ACCOUNT"],
  ])("%s: exit code 1, nothing revoked", async (_what, env, text) => {
    const { state } = await oneOfEach();
    const { code, stderr } = await cli.start(["reconcile", state, "--revoke-orphans", "--yes"], env).done;
    expect(code).toBe(1);
    expect(stderr).toContain(text);
    expect(revocations()).toEqual([]);
  });

  test("an account that shows none of the state's keys", async () => {
    await cli.make("by hand");
    const state = cli.state("shop.json", { keys: [{ id: "key_00000000000000000000" }] });
    const { code, stderr } = await cli.start(["reconcile", state]).done;
    expect(code).toBe(1);
    expect(stderr).toContain("ZKS_WRONG_ACCOUNT");
  });

  test.each(["html", "truncated", "loopingPages"] as const)("a listing that is %s", async (kind) => {
    const { state } = await oneOfEach();
    cli.api.faults.add({ operation: "list", kind, times: 9 });
    const { code, stdout } = await cli.start(["reconcile", state, "--revoke-orphans", "--yes"]).done;
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(revocations()).toEqual([]);
  });

  test("a file that is no export, or whose key has no ledger in clear, before any request", async () => {
    const broken = join(cli.folder, "broken.json");
    const key = { urn: "urn:pulumi:prod::shop::x", type: "pulumi-nodejs:dynamic/zkscore:ApiKey", id: "key_1" };
    for (const text of ["", "{}", "[]", JSON.stringify({ deployment: { resources: [key] } })]) {
      writeFileSync(broken, text);
      const { code, stderr } = await cli.start(["reconcile", broken]).done;
      expect(code).toBe(1);
      expect(stderr).toContain("ZKS_INPUT");
    }
    expect(cli.operations()).toEqual([]);
  });
});

test("no token and no secret is ever printed", async () => {
  const { state } = await oneOfEach();
  const planted = await cli.make("backend-0000000b", {});
  const token = cli.api.accounts[0]?.token ?? "";
  for (const args of [
    ["list"],
    ["list", "--json", "--all"],
    ["usage"],
    ["reconcile", state],
    ["reconcile", "--json", state],
  ]) {
    const { output } = await cli.start(args).done;
    expect(output.length).toBeGreaterThan(100);
    expect(output).toContain(planted.id); // it is about this key
    for (const secret of [planted.secret, token]) expect(output).not.toContain(secret);
  }
});
