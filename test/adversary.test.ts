import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compare } from "../cli/reconcile/compare.ts";
import { revocable } from "../cli/reconcile/revoke.ts";
import type { Emulator } from "../emulator/index.ts";
import { createClient } from "../provider/api/client.ts";
import { endingBy } from "../provider/api/retry.ts";
import type { KeyApi, Listing } from "../provider/api/types.ts";
import { systemClock } from "../provider/domain/clock.ts";
import type { Retired } from "../provider/domain/inputs.ts";
import { ownerOf } from "../provider/domain/marker.ts";
import { describeWithEngine } from "./support/engine.ts";
import type { Fields } from "./support/hostHandlers.ts";
import { startInProcess } from "./support/hostInProcess.ts";
import { accountAt, accountClock, DAY, failure, HOUR, keys, SCORES, simStack, works } from "./support/hostWorld.ts";
import { type Entry, Killed, type SimStack } from "./support/modelEngine.ts";
import { succeed } from "./support/stack.ts";
import { connection, createWorld, keysProgram, liveIds, READ_SCORES } from "./support/world.ts";

let api: Emulator;
let stack: SimStack & { env: Record<string, string> };
beforeEach(async () => {
  api = await accountAt();
  stack = simStack({ api });
});
afterEach(() => api.close());

const isLive = (id: string | undefined) => liveIds(api).includes(id ?? "");
const idOf = (name: string, of: SimStack = stack) => of.key(name)?.id ?? "";
const rotated = (trigger: number, more: Fields = {}) => ({ ...SCORES, rotation: { overlap: "2d", trigger }, ...more });

/** A run of its own, its handlers called by hand in the engine's order: what `SimStack` has no option for. */
function byHand(around?: (client: KeyApi) => KeyApi, env: Record<string, string> = {}) {
  return startInProcess({
    project: "proj",
    stack: "dev",
    env: { ...connection(api), ...env },
    clock: accountClock(api),
    random: () => randomBytes(4).toString("hex"),
    ...(around === undefined ? {} : { around }),
  });
}

function inputsOf(name: string, args: Fields): Fields {
  const identity = String(stack.entries.find(({ kind }) => kind === "identity")?.outputs["identity"]);
  const urn = `urn:pulumi:dev::proj::pulumi-nodejs:dynamic/zkscore:ApiKey::${name}`;
  return { ...args, ownership: { identity, owner: ownerOf(identity, urn), project: "proj", stack: "dev", name } };
}

/** Reads the whole state, or the entries given. */
async function readAll(run: ReturnType<typeof byHand>, entries: Entry[] = stack.entries) {
  for (const entry of entries) {
    const { props, inputs } = await run[entry.kind].read(entry.id, entry.outputs);
    entry.outputs = props;
    await run[entry.kind].diff(entry.id, props, inputs ?? entry.inputs);
  }
}

/** A stack that dies right after its next POST is committed. */
function killable() {
  let dead = false;
  let armed = false;
  const stack = simStack({
    api,
    dead: () => dead,
    around: (client) => ({
      ...client,
      create: async (body) => {
        const made = await client.create(body);
        if (!armed) return made;
        dead = true;
        throw new Killed();
      },
    }),
  });
  const killed = async (work: () => Promise<void>) => {
    armed = true;
    await expect(work()).rejects.toThrow(Killed);
    [armed, dead] = [false, false];
  };
  return { stack, killed };
}

const changed = (listing: Listing, edit: (keys: Map<string, import("../provider/api/types.ts").RemoteKey>) => void) => {
  const keys = new Map(listing.keys);
  edit(keys);
  return { ...listing, keys };
};

test("T1 a listing that lags by one write never cuts an overlap", async () => {
  await stack.up(keys({ a: rotated(1) }));
  await stack.up(keys({ a: rotated(2) }));
  const k2 = idOf("a");
  await works(api, stack.key("a")?.outputs["apiKey"]);
  // The second listing of the run is asked by delete(k2), after the POST of k3, and doesn't show k3 yet.
  api.faults.add({ operation: "list", kind: "staleList", writes: 1, nth: 2, times: 1 });
  await stack.up(keys({ a: rotated(3) }));
  expect(stack.key("a")?.outputs["previous"]).toContainEqual(expect.objectContaining({ keyId: k2 }));
  expect(isLive(k2)).toBe(true);
});

test("T2 a 404 for the DELETE of a retired key that is still listed as live isn't a revocation", async () => {
  await stack.up(keys({ a: rotated(1) }));
  const k1 = idOf("a");
  await works(api, stack.key("a")?.outputs["apiKey"]);
  await stack.up(keys({ a: rotated(2) }));
  api.advance(2 * DAY);
  api.faults.add({ operation: "revoke", kind: "status", status: 404 });
  await stack.up(keys({ a: rotated(2) })).catch(() => undefined);
  const known = JSON.stringify(stack.entries).includes(k1);
  expect(isLive(k1) && !known).toBe(false);
});

test("T2b the same in purge: a compromised predecessor stays alive and is reported revoked", async () => {
  await stack.up(keys({ a: rotated(1) }));
  const k1 = idOf("a");
  await works(api, stack.key("a")?.outputs["apiKey"]);
  await stack.up(keys({ a: rotated(2) }));
  api.faults.add({ operation: "revoke", kind: "status", status: 404, keyId: k1 });
  const bad = { ...SCORES, rotation: { overlap: "2d", trigger: 2, compromised: "x" } };
  await stack.up(keys({ a: bad })).catch(() => undefined);
  await stack.up(keys({ a: bad })).catch(() => undefined);
  expect(isLive(k1)).toBe(false);
});

test("T3 compromised on a new key under a renamed key's old name spares the renamed key's predecessor", async () => {
  await stack.up(keys({ a: rotated(1) }));
  const k1 = idOf("a");
  const secret = stack.key("a")?.outputs["apiKey"];
  await stack.up({ keys: { b: rotated(1) }, aliases: { b: "a" } });
  await stack.up(keys({ b: rotated(2) }));
  await stack.up(keys({ b: rotated(2), a: SCORES }));
  expect(stack.key("b")?.outputs["previous"]).toContainEqual(expect.objectContaining({ keyId: k1 }));
  await works(api, secret);
  await stack.up(keys({ b: rotated(2), a: { ...SCORES, rotation: { compromised: "x" } } }));
  expect(isLive(k1)).toBe(true);
});

test("T4 adopt without a secret: the resource's own never-used key lives through the overlap that was declared", async () => {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  const k1 = idOf("a");
  stack.entries = stack.entries.filter(({ id }) => id !== k1); // pulumi state delete
  await stack.up(keys({ a: { ...SCORES, rotation: { overlap: "2d" }, adopt: { keyId: k1 } }, b: SCORES }));
  expect(stack.key("a")?.outputs["previous"]).toContainEqual(expect.objectContaining({ keyId: k1 }));
  expect(isLive(k1)).toBe(true);
});

describe("a ledger inherited where the old key goes first, and the POST fails", () => {
  async function begun() {
    await stack.up(keys({ a: rotated(1), b: SCORES }));
    const k1 = idOf("a");
    await works(api, stack.key("a")?.outputs["apiKey"]);
    await stack.up(keys({ a: rotated(2), b: SCORES }));
    const named = { ...SCORES, name: "prod-app" };
    const { identity, key } = { identity: stack.entries[0], key: stack.key("a") };
    if (identity === undefined || key === undefined) throw new Error("not there");
    // The constructor sets deleteBeforeReplace where a name is given.
    const run = byHand();
    await readAll(run);
    await run.identity.check(identity.inputs, { project: "proj", stack: "dev" });
    const { inputs } = await run.key.check(key.inputs, inputsOf("a", named));
    expect((await run.key.diff(key.id, key.outputs, inputs)).replaces).not.toEqual([]);
    await run.key.check({}, inputsOf("a", named));
    await run.key.delete(key.id, key.outputs);
    key.awaited = true;
    api.faults.add({ operation: "create", kind: "status", status: 400 });
    await failure(run.key.create(inputs));
    await run.end();
    expect(isLive(k1)).toBe(true);
    return { k1, named };
  }

  test("T5 it is not forgotten when its instant comes before the next try", async () => {
    const { k1, named } = await begun();
    api.advance(3 * DAY);
    await stack.up(keys({ a: named, b: SCORES }));
    await stack.up(keys({ a: named, b: SCORES }));
    expect(isLive(k1) && !JSON.stringify(stack.entries).includes(k1)).toBe(false);
  });

  test("T6 it is not forgotten when the resource is removed instead", async () => {
    const { k1 } = await begun();
    await stack.up(keys({ b: SCORES }));
    await stack.up(keys({ b: SCORES }));
    expect(isLive(k1) && !stack.log.includes(k1)).toBe(false);
  });
});

describe("--replace of a key with an explicit name (the engine deletes first)", () => {
  async function replaceNamed(args: Fields) {
    const key = stack.key("a");
    const identity = stack.entries[0];
    if (identity === undefined || key === undefined) throw new Error("not there");
    const run = byHand();
    await readAll(run);
    await run.identity.check(identity.inputs, { project: "proj", stack: "dev" });
    await run.identity.diff(identity.id, identity.outputs, { project: "proj", stack: "dev" });
    const { inputs } = await run.key.check({}, inputsOf("a", args));
    await run.key.delete(key.id, key.outputs);
    key.awaited = true;
    const { id, outs } = await run.key.create(inputs);
    stack.entries.splice(stack.entries.indexOf(key), 1);
    stack.entries.push({ kind: "key", name: "a", id, inputs, outputs: outs });
  }

  test("T7 retain doesn't end in a name conflict with itself", async () => {
    const args = { ...SCORES, name: "prod-app", deletionPolicy: "retain" };
    await stack.up(keys({ a: args }));
    await replaceNamed(args);
    expect(liveIds(api)).toEqual([idOf("a")]);
  });

  test("T8 a predecessor within its overlap keeps its instant", async () => {
    await stack.up(keys({ a: rotated(1) }));
    const k1 = idOf("a");
    await stack.up(keys({ a: rotated(2) }));
    await stack.up(keys({ a: { ...SCORES, name: "prod-app" } }));
    expect(stack.key("a")?.outputs["previous"]).toContainEqual(expect.objectContaining({ keyId: k1 }));
    expect(isLive(k1)).toBe(true);
    await replaceNamed({ ...SCORES, name: "prod-app" });
    expect(isLive(k1)).toBe(true);
  });
});

test("T9 an unfinished purge isn't forgotten when the next up replaces the key for another reason", async () => {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  const k1 = idOf("a");
  await works(api, stack.key("a")?.outputs["apiKey"]);
  stack.entries = stack.entries.filter(({ id }) => id !== k1);
  await stack.up(keys({ a: SCORES, b: SCORES }));
  const bad = { ...SCORES, rotation: { compromised: "x" } };
  const error = await failure(stack.up(keys({ a: bad, b: SCORES }), { refresh: false }));
  expect(error).toContain(k1);
  await stack
    .up(keys({ a: { ...bad, permissions: [{ resource: "scores", actions: ["write"] }] }, b: SCORES }))
    .catch(() => undefined);
  await stack
    .up(keys({ a: { ...bad, permissions: [{ resource: "scores", actions: ["write"] }] }, b: SCORES }))
    .catch(() => undefined);
  expect(isLive(k1)).toBe(false);
});

describe("another account's token, without a refresh", () => {
  beforeEach(async () => {
    await api.close();
    api = await accountAt({ accounts: [{}, {}] });
    stack = simStack({ api });
  });

  test("T10 --replace creates nothing there", async () => {
    await stack.up(keys({ a: SCORES }));
    stack.env["ZKSCORE_TOKEN"] = api.accounts[1]?.token ?? "";
    await stack.up(keys({ a: SCORES }), { refresh: false, replace: ["a"] }).catch(() => undefined);
    expect(liveIds(api, 1)).toEqual([]);
  });

  test("T10c once the right token is back, the state can be used again", async () => {
    await stack.up(keys({ a: SCORES }));
    const token = stack.env["ZKSCORE_TOKEN"] ?? "";
    stack.env["ZKSCORE_TOKEN"] = api.accounts[1]?.token ?? "";
    await stack.up(keys({ a: SCORES }), { refresh: false, replace: ["a"] }).catch(() => undefined);
    stack.env["ZKSCORE_TOKEN"] = token;
    await stack.up(keys({ a: SCORES }));
  });

  test("T10b a new key declared before the others isn't made there", async () => {
    await stack.up(keys({ b: SCORES }));
    stack.env["ZKSCORE_TOKEN"] = api.accounts[1]?.token ?? "";
    await stack.up(keys({ a: SCORES, b: SCORES }), { refresh: false }).catch(() => undefined);
    expect(liveIds(api, 1)).toEqual([]);
  });
});

test("T11 an explicit name the server shows in another case: the leftover that holds it is ended", async () => {
  const world = killable();
  const lower = (client: KeyApi): KeyApi => ({
    ...client,
    list: async (mode) =>
      changed(await client.list(mode), (all) => {
        for (const [id, key] of all) all.set(id, { ...key, name: key.name.toLowerCase() });
      }),
  });
  await world.stack.up(keys({ b: SCORES }));
  await world.killed(() => world.stack.up(keys({ a: { ...SCORES, name: "Prod" }, b: SCORES })));
  stack = simStack({ api, around: lower });
  stack.entries = world.stack.entries;
  await stack.up(keys({ a: { ...SCORES, name: "Prod" }, b: SCORES }));
  expect(liveIds(api)).toHaveLength(2);
});

test("T12 a name that a killed run's leftover holds: the error's remedy frees it", async () => {
  const world = killable();
  const program = keys({ a: { ...SCORES, name: "prod-app" }, b: SCORES });
  await world.stack.up(keys({ b: SCORES }));
  await world.killed(() => world.stack.up(program));
  expect(await failure(world.stack.up(program, { refresh: false }))).toMatch(/remedy: run `pulumi up --refresh`/);
  await world.stack.up(program);
  expect(liveIds(api).toSorted()).toEqual(["a", "b"].map((name) => idOf(name, world.stack)).toSorted());
});

test("T13 a suspended, never used key can be let go under retain", async () => {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  await stack.up(keys({ a: { ...SCORES, deletionPolicy: "retain" }, b: SCORES }));
  api.setInactive(idOf("a"), true);
  await stack.up(keys({ b: SCORES }));
  expect(stack.key("a")).toBeUndefined();
});

test("T13b nor does a key that may not read usage (an address list) hold up its own removal under retain", async () => {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  await stack.up(keys({ a: { ...SCORES, deletionPolicy: "retain" }, b: SCORES }));
  api.faults.add({ operation: "usage", kind: "status", status: 403, every: 1 });
  await stack.up(keys({ b: SCORES }));
  expect(stack.key("a")).toBeUndefined();
});

describe("the key this run authenticates with", () => {
  const all = (trigger: number, more: Fields = {}) => ({
    permissions: [{ resource: "all", actions: ["all"] }],
    rotation: { overlap: "2d", trigger, ...more },
  });
  beforeEach(async () => {
    api.setMode({ issuedKeysManage: true });
    await stack.up(keys({ a: all(1) }));
    stack.env["ZKSCORE_TOKEN"] = String(stack.key("a")?.outputs["apiKey"]);
  });

  test("T14 can be rotated with an overlap: nothing is to be revoked yet", async () => {
    await stack.up(keys({ a: all(2) }));
    expect(liveIds(api)).toHaveLength(2);
  });

  test("T14b isn't revoked by compromised, or the error doesn't say that it lives", async () => {
    const k1 = idOf("a");
    const error = await failure(stack.up(keys({ a: all(1, { compromised: "x" }) })));
    expect(error.includes("the key lives and stays in the state") && !isLive(k1)).toBe(false);
  });
});

test("T15 a key excluded from the run isn't swept by the renamed one that had its name", async () => {
  await stack.up(keys({ a: SCORES }));
  await stack.up({ keys: { b: SCORES }, aliases: { b: "a" } });
  await stack.up(keys({ b: SCORES, a: SCORES }));
  const ka = idOf("a");
  const [identity, key] = [stack.entries[0], stack.key("b")];
  if (identity === undefined || key === undefined) throw new Error("not there");
  // up --refresh --exclude a, with a changed b
  const run = byHand();
  await readAll(run, [identity, key]);
  await run.identity.check(identity.inputs, { project: "proj", stack: "dev" });
  await run.identity.diff(identity.id, identity.outputs, { project: "proj", stack: "dev" });
  const news = inputsOf("b", { ...SCORES, description: "x" });
  const { inputs } = await run.key.check(key.inputs, news);
  await run.key.diff(key.id, key.outputs, inputs);
  await run.key.check({}, news);
  await run.key.create(inputs);
  expect(isLive(ka)).toBe(true);
});

test("T16 pulumi state move: destroying the stack it came from doesn't end a key nobody has used yet", async () => {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  const other = simStack({ api, project: "other" });
  await other.up(keys({ c: SCORES }));
  const moved = stack.key("a");
  if (moved === undefined) throw new Error("not there");
  stack.entries.splice(stack.entries.indexOf(moved), 1);
  other.entries.push(moved);
  await other.up(keys({ a: SCORES, c: SCORES }));
  await stack.up(keys({ b: SCORES }));
  await stack.destroy();
  expect(isLive(idOf("a", other))).toBe(true);
});

test("T17 the never-used key of a copy under another name isn't called a leftover of a run that was cut off", async () => {
  await stack.up(keys({ a: rotated(1) }));
  const copy = simStack({ api, stack: "prod" });
  copy.entries = stack.snapshot();
  await copy.up(keys({ a: rotated(2) }));
  await stack.up(keys({ a: rotated(1) }));
  expect(stack.log).not.toContain(idOf("a", copy));
});

test("T18 a server whose clock steps back by two seconds between two answers loses no key", async () => {
  await stack.up(keys({ a: rotated(1) }));
  await stack.up(keys({ a: rotated(2) }));
  const k2 = idOf("a");
  await works(api, stack.key("a")?.outputs["apiKey"]);
  let posted = false;
  const around = (client: KeyApi): KeyApi => ({
    ...client,
    create: async (body) => {
      posted = true;
      return client.create(body);
    },
    list: async (mode) => {
      const listing = await client.list(mode);
      return posted && mode === "fresh" ? { ...listing, serverTime: listing.serverTime - 2_000 } : listing;
    },
  });
  const later = simStack({ api, around });
  later.entries = stack.entries;
  const program = keys({ a: { ...SCORES, rotation: { trigger: 3 } } });
  await later.up(program);
  await later.up(program);
  expect(isLive(k2) && !JSON.stringify(later.entries).includes(k2)).toBe(false);
});

test("T19 two handlers at once: a renamed key's replacement doesn't sweep the new key of its old name", async () => {
  await stack.up(keys({ a: SCORES }));
  await stack.up({ keys: { b: SCORES }, aliases: { b: "a" } });
  const [identity, key] = [stack.entries[0], stack.key("b")];
  if (identity === undefined || key === undefined) throw new Error("not there");
  const committed = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const run = byHand((client) => ({
    ...client,
    create: async (body) => {
      if (body.name?.startsWith("b-")) {
        started.resolve();
        await committed.promise; // b's POST is slow
        return client.create(body);
      }
      const made = await client.create(body);
      committed.resolve();
      await answer.promise; // a's answer is on its way
      return made;
    },
  }));
  await readAll(run);
  await run.identity.check(identity.inputs, { project: "proj", stack: "dev" });
  const news = inputsOf("b", { ...SCORES, description: "x" });
  const { inputs } = await run.key.check(key.inputs, news);
  await run.key.diff(key.id, key.outputs, inputs);
  await run.key.check({}, news);
  const b = run.key.create(inputs);
  await started.promise;
  const { inputs: fresh } = await run.key.check({}, inputsOf("a", SCORES)); // declared late: it waits for something
  const a = run.key.create(fresh);
  // Someone else's listing at the same time shows a's key before its answer has come.
  await committed.promise;
  await run.context.client.list("fresh");
  await b;
  answer.resolve();
  const { id } = await a;
  expect(isLive(id)).toBe(true);
});

test("T20 a suspended key isn't given back its access by a rotation that comes due", async () => {
  const args = { ...SCORES, rotation: { every: "30d" } };
  await stack.up(keys({ a: args }));
  api.setInactive(idOf("a"), true);
  api.advance(30 * DAY);
  await stack.up(keys({ a: args }));
  expect(
    stack.log.includes("the provider leaves that as it is") && (await works(api, stack.key("a")?.outputs["apiKey"])),
  ).toBe(false);
});

test("T22 a key adopted in the same up as compromised keeps the overlap that was declared for it", async () => {
  await stack.up(keys({ a: SCORES, x: SCORES }));
  const foreign = await api_post("by-hand");
  await stack.up(
    keys({ a: { ...SCORES, rotation: { overlap: "2d", compromised: "x" }, adopt: { keyId: foreign } }, x: SCORES }),
  );
  expect(isLive(foreign)).toBe(true);
});

async function api_post(name: string): Promise<string> {
  const answer = await fetch(`${api.url}/developer/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.accounts[0]?.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name, ...SCORES }),
  });
  return ((await answer.json()) as { keyId: string }).keyId;
}

test("T25 an expired key with an explicit name is replaced", async () => {
  const args = { ...SCORES, name: "prod-app", expiresIn: "30d" };
  await stack.up(keys({ a: args }));
  api.advance(31 * DAY);
  await stack.up(keys({ a: args }));
  expect(await works(api, stack.key("a")?.outputs["apiKey"])).toBe(true);
});

test("T26 a local clock that is ahead: no update is planned that does nothing", async () => {
  await stack.up(keys({ a: rotated(1) }));
  await stack.up(keys({ a: rotated(2) }));
  const run = startInProcess({
    project: "proj",
    stack: "dev",
    env: connection(api),
    clock: { ...accountClock(api), now: () => api.now() + 2 * DAY + HOUR },
    random: () => "00000000",
  });
  await readAll(run);
  const key = stack.key("a");
  if (key === undefined) throw new Error("not there");
  const { inputs } = await run.key.check(key.inputs, inputsOf("a", rotated(2)));
  const { changes } = await run.key.diff(key.id, key.outputs, inputs);
  expect(changes).toBe(false);
});

test("T27 adopting with a secret honours expiresIn, or refuses it", async () => {
  const answer = await fetch(`${api.url}/developer/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.accounts[0]?.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "by-hand", ...SCORES }),
  });
  const { keyId, apiKey } = (await answer.json()) as { keyId: string; apiKey: string };
  const refused = await stack.up(keys({ a: { ...SCORES, expiresIn: "30d", adopt: { keyId, apiKey } } })).then(
    () => false,
    () => true,
  );
  if (refused) return;
  api.advance(400 * DAY);
  await stack.up(keys({ a: { ...SCORES, expiresIn: "30d", adopt: { keyId, apiKey } } }));
  expect(await works(api, apiKey)).toBe(false);
});

test("T28 an API that is too busy to say whether a secret works doesn't prove that the key is gone", async () => {
  await stack.up(keys({ b: SCORES }));
  await stack.up(keys({ a: rotated(1), b: SCORES }));
  const k1 = idOf("a");
  api.faults.add({ operation: "list", kind: "staleList", writes: 1, times: 2 });
  api.faults.add({ operation: "usage", kind: "status", status: 503, times: 9 });
  await stack.up(keys({ a: rotated(1), b: SCORES })).catch(() => undefined);
  expect(isLive(k1)).toBe(true);
});

test("T29 two handlers at once: a sibling's POST under way doesn't look like another account", async () => {
  api.setMode({ deleteForgets: true });
  await stack.up(keys({ a: SCORES, b: SCORES, c: SCORES }));
  api.revoke(idOf("a"));
  const gate = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<void>();
  let lists = 0;
  let armed = false;
  let bPosts: Promise<unknown> = Promise.resolve();
  let start = () => {};
  const run = byHand((client) => ({
    ...client,
    create: async (body) => {
      if (!body.name?.startsWith("n-")) return client.create(body);
      const made = await client.create(body);
      committed.resolve();
      await gate.promise; // the answer is on its way
      return made;
    },
    list: async (mode) => {
      if (armed) lists += 1;
      if (lists === 2) {
        start();
        await committed.promise;
      }
      return client.list(mode);
    },
  }));
  const identity = stack.entries[0];
  const key = stack.key("a");
  if (identity === undefined || key === undefined) throw new Error("not there");
  await run.identity.check(identity.inputs, { project: "proj", stack: "dev" });
  const n = (await run.key.check({}, inputsOf("n", SCORES))).inputs;
  start = () => {
    bPosts = run.key.create(n);
  };
  const news = inputsOf("a", { ...SCORES, description: "x" });
  const { inputs } = await run.key.check(key.inputs, news);
  await run.key.diff(key.id, key.outputs, inputs);
  armed = true;
  const a = run.key.create((await run.key.check({}, news)).inputs);
  const { id } = await a.finally(() => gate.resolve());
  await bPosts;
  expect(isLive(id)).toBe(true);
});

test("T32 a call ends by its handler's deadline, also where it waits for another handler's listing", async () => {
  const client = createClient({
    baseUrl: api.url,
    token: api.accounts[0]?.token,
    clock: systemClock(),
    deadlineMs: 4_000,
  });
  api.faults.add({ operation: "list", kind: "hang", every: 1 });
  const other = client.list("fresh").catch(() => undefined);
  await api.waitForPause({});
  const began = performance.now();
  await endingBy(performance.now() + 200, () => client.list("fresh")).catch(() => undefined);
  const took = performance.now() - began;
  await client.close();
  await other;
  expect(took).toBeLessThan(1_500);
});

test("T33 compromised ends the predecessor that still waits for its dependents at once, as its ledger", async () => {
  const write = { permissions: [{ resource: "scores", actions: ["write"] }] };
  await stack.up(keys({ a: SCORES }));
  const k1 = idOf("a");
  await failure(stack.up(keys({ a: write }), { brokenDependents: ["a"] }));
  const bad = { ...write, rotation: { compromised: "x" } };
  await failure(stack.up(keys({ a: bad }), { brokenDependents: ["a"] }));
  expect(liveIds(api)).toEqual([idOf("a")]);
  expect(isLive(k1)).toBe(false);
});

test("T34 the predecessor of a retained key lives on, as was said, through a later destroy", async () => {
  await stack.up(keys({ a: rotated(1), b: SCORES }));
  const k1 = idOf("a");
  await stack.up(keys({ a: rotated(2), b: SCORES }));
  await stack.up(keys({ a: rotated(2, { deletionPolicy: "retain" }), b: SCORES }));
  await stack.up(keys({ b: SCORES }));
  expect(stack.log).toContain(`key ${k1}, which it replaced, lives on, too: no run will end it`);
  await stack.destroy();
  expect(isLive(k1)).toBe(true);
});

test("T35 a key in use with the mark that a renamed key had before is named at every refreshed up", async () => {
  await stack.up(keys({ a: SCORES, x: SCORES }));
  const lost = idOf("a");
  await works(api, stack.key("a")?.outputs["apiKey"]);
  stack.entries = stack.entries.filter(({ id }) => id !== lost); // pulumi state delete
  await stack.up(keys({ a: SCORES, x: SCORES }));
  await stack.up({ keys: { b: SCORES, x: SCORES }, aliases: { b: "a" } });
  await stack.up(keys({ b: { ...SCORES, rotation: { compromised: "x" } }, x: SCORES }));
  expect(stack.log).toMatch(new RegExp(`in use, with this stack's mark.*${lost}`));
});

test("T9b an unfinished purge isn't forgotten in silence when the resource is removed", async () => {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  const k1 = idOf("a");
  await works(api, stack.key("a")?.outputs["apiKey"]);
  stack.entries = stack.entries.filter(({ id }) => id !== k1);
  await stack.up(keys({ a: SCORES, b: SCORES }));
  await failure(stack.up(keys({ a: { ...SCORES, rotation: { compromised: "x" } }, b: SCORES }), { refresh: false }));
  await stack.up(keys({ b: SCORES }));
  expect(isLive(k1) && !stack.log.includes(k1)).toBe(false);
});

/** What `reconcile` reads of the stack as it is now. */
function exported(writtenAt: number) {
  const all = stack.entries.filter(({ kind }) => kind === "key");
  return {
    stack: "proj/dev",
    writtenAt,
    keys: all.map(({ id, name, outputs, deleted }) => ({
      keyId: id,
      urn: name,
      pendingDelete: deleted === true,
      previous: outputs["previous"] as Retired[],
    })),
    identities: new Set(stack.entries.flatMap(({ kind, id }) => (kind === "identity" ? [id] : []))),
    pendingOwners: new Set<string>(),
    pendingIds: new Set<string>(),
  };
}

test("T41 reconcile holds a key of a run under way although the laptop's clock is ahead of the server's", async () => {
  await stack.up(keys({ b: SCORES }));
  const before = exported(api.now() + 10 * 60_000); // exported now, by a clock ten minutes ahead
  api.advance(60_000);
  await stack.up(keys({ a: SCORES, b: SCORES })); // meanwhile, elsewhere
  const run = byHand();
  const found = compare(await run.context.client.list("fresh"), [before], 0);
  expect(revocable(found, false).map(({ key }) => key.id)).not.toContain(idOf("a"));
});

describeWithEngine("on the real engine", () => {
  test("T30 a key that depends on one with an explicit name keeps its overlap when that one is replaced", {
    timeout: 120_000,
  }, async () => {
    const program = (description: string) =>
      keysProgram({
        a: `{ name: "prod-app", description: "${description}", ${READ_SCORES} }`,
        b: `{ description: a.keyId, rotation: { overlap: "2d" }, ${READ_SCORES} }`,
      });
    const world = await createWorld({ program: program("1") });
    try {
      await succeed(world.stack.up());
      const old = world.key("b").id;
      world.stack.setProgram(program("2"));
      await succeed(world.stack.up());
      expect(world.live()).toContain(old);
    } finally {
      await world.dispose();
    }
  });

  test("T30b nor does prevent, which governs removal, stop that replacement", { timeout: 120_000 }, async () => {
    const program = (description: string) =>
      keysProgram({
        a: `{ name: "prod-app", description: "${description}", ${READ_SCORES} }`,
        b: `{ description: a.keyId, deletionPolicy: "prevent", ${READ_SCORES} }`,
      });
    const world = await createWorld({ program: program("1") });
    try {
      await succeed(world.stack.up());
      world.stack.setProgram(program("2"));
      await succeed(world.stack.up());
    } finally {
      await world.dispose();
    }
  });

  test("T7e --replace of a retained key with an explicit name", { timeout: 120_000 }, async () => {
    const args = `{ name: "prod-app", deletionPolicy: "retain", ${READ_SCORES} }`;
    const world = await createWorld({ program: keysProgram({ a: args }) });
    try {
      await succeed(world.stack.up());
      const out = await world.stack.up(["--replace", "**a"]);
      const again = await world.stack.up();
      expect([out.code, again.code]).toEqual([0, 0]);
    } finally {
      await world.dispose();
    }
  });
});
