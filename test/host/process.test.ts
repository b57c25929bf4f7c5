import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { FaultSpec } from "../../emulator/index.ts";
import { api, freshAccount } from "../support/fixture.ts";
import { type Fields, HandlerFailure } from "../support/host/handlers.ts";
import { type HostProcess, startHost } from "../support/host/process.ts";
import { counted, failure, keys, SCORES, simStack, works } from "../support/host/world.ts";
import { ownershipOf } from "../support/ownership.ts";
import { connection, liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

async function host(env: Record<string, string | undefined>): Promise<HostProcess> {
  const started = await startHost({ env, project: "proj", stack: "dev" });
  onTestFinished(() => started.end());
  return started;
}

const ownership = (name: string) => ownershipOf("id-1", { name });

test("a key lives through the real dynamic-provider process: create, same, update, replace, destroy", async () => {
  const stack = simStack({ api, host: "process" });
  await stack.up(keys({ a: SCORES, b: SCORES }));
  expect(await stack.preview(keys({ a: SCORES, b: SCORES }))).toEqual({ a: "same", b: "same" });
  const first = stack.key("a")?.id;
  await stack.up(keys({ a: { ...SCORES, deletionPolicy: "revoke", rotation: { every: "30d" } }, b: SCORES }));
  expect(stack.key("a")?.id).toBe(first);
  await stack.up(keys({ a: { ...SCORES, description: "new" }, b: SCORES }));
  expect(stack.key("a")?.id).not.toBe(first);
  expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  expect(liveIds(api)).toHaveLength(2);
  await stack.destroy();
  expect(liveIds(api)).toEqual([]);
  expect(stack.entries).toEqual([]);
});

test("an init failure keeps __provider, the id and the complete outputs", async () => {
  const run = await host(connection(api));
  const { inputs } = await run.key.check({}, { ...SCORES, ownership: ownership("a"), rotation: { overlap: "1d" } });
  const { outs, id } = await run.key.create(inputs);
  const due = { ...outs, previous: [{ keyId: "key_gone", revokeAfter: "2026-11-01T00:00:00Z" }] };
  const error: unknown = await run.key.update(id, due, inputs).catch((caught: unknown) => caught);
  // Its own key doesn't prove the account, since this process made it: the ledger's key is not proven gone.
  expect(error).toBeInstanceOf(HandlerFailure);
  expect(error).toMatchObject({ init: { id, properties: { apiKey: outs["apiKey"], previous: due.previous } } });
});

test("a check costs a request in no case, and a bad input names its field and never its value", async () => {
  const run = await host(connection(api));
  const { failures } = await run.key.check(
    {},
    { permissions: [{ resource: "s3cret-word", actions: [] }], ownership: ownership("a") },
  );
  expect(failures.join("\n")).toMatch(/permissions\[0\]\.resource: /);
  expect(failures.join("\n")).not.toContain("s3cret-word");
  expect(counted(api)).toEqual({});
});

test("without its engine the process sends no POST, revokes what a POST in flight made, and ends by itself", async () => {
  const run = await host(connection(api));
  const { inputs } = await run.key.check({}, { ...SCORES, ownership: ownership("a") });
  api.faults.add({ operation: "create", kind: "pause", phase: "afterCommit" });
  const creating = failure(run.key.create(inputs));
  const held = await api.waitForPause();
  await run.killEngine();
  api.release(held.id);
  expect(await creating).toContain("was revoked again");
  expect(liveIds(api)).toEqual([]);
  expect(await failure(run.key.create(inputs))).toMatch(/ZKS_ENGINE_GONE|no longer runs/);
  expect(counted(api)).toMatchObject({ create: 1, revoke: 1 });
  expect(await run.exited).not.toBe(0);
});

/** A process that has read the state, as every key's in it is read before the program runs; and what `check` makes of `a`. */
async function refreshed(state: { id: string; outs: Fields }[] = []): Promise<HostProcess> {
  const run = await host(connection(api));
  const identity = await run.identity.create({ project: "proj", stack: "dev" });
  await run.identity.read("id-1", { ...identity.outs, identity: "id-1" });
  for (const { id, outs } of state) await run.key.read(id, outs);
  return run;
}

/** Creates; the engine goes while the API holds the request that `fault` names. Gives what the engine would have got. */
async function createAndLoseEngine(run: HostProcess, inputs: Fields, fault: FaultSpec) {
  api.faults.add(fault);
  const creating = run.key.create(inputs).catch((error: unknown) => error);
  const held = await api.waitForPause();
  await run.killEngine();
  api.release(held.id);
  return creating;
}

const AFTER_POST: FaultSpec = { operation: "create", kind: "pause", phase: "afterCommit" };

test.each<[string, FaultSpec]>([
  ["the POST is answered", AFTER_POST],
  ["the sweep lists", { operation: "list", kind: "pause", nth: 2 }],
])("an engine that goes while %s: the sweep fails, and the key just made is revoked again", async (_when, fault) => {
  const killed = await host(connection(api));
  const { inputs } = await killed.key.check({}, { ...SCORES, ownership: ownership("a") });
  const leftover = await killed.key.create(inputs); // stands in no state: the sweep's to end
  const run = await refreshed();
  await run.key.check({}, inputs);
  const since = api.journal().length;
  const error = await createAndLoseEngine(run, inputs, fault);
  expect(error).toBeInstanceOf(HandlerFailure);
  expect(error).toMatchObject({ init: undefined, message: expect.stringContaining("was revoked again") });
  expect(counted(api, since)).toMatchObject({ create: 1, revoke: 1 });
  expect(liveIds(api)).toEqual([leftover.id]);
  expect(await run.exited).not.toBe(0);
});

test("an engine that goes while a compromised key is replaced: the new one is revoked again, the one in the state works", async () => {
  const first = await host(connection(api));
  const { inputs: before } = await first.key.check({}, { ...SCORES, ownership: ownership("a") });
  const old = await first.key.create(before);
  const run = await refreshed([old]);
  const incident = { ...SCORES, ownership: ownership("a"), rotation: { compromised: "now" } };
  const { inputs } = await run.key.check(before, incident);
  expect((await run.key.diff(old.id, old.outs, inputs)).replaces).not.toEqual([]);
  const error = await createAndLoseEngine(run, inputs, AFTER_POST);
  expect(error).toMatchObject({ init: undefined, message: expect.stringContaining("was revoked again") });
  expect(liveIds(api)).toEqual([old.id]);
  expect(await works(api, old.outs["apiKey"])).toBe(true);
});
