import { beforeEach, expect, test } from "vitest";
import { ownerOf } from "../../provider/domain/marker.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { startInProcess } from "../support/host/inProcess.ts";
import { accountClock, keys, SCORES } from "../support/host/world.ts";
import type { Entry } from "../support/model/engine.ts";
import { connection, liveIds } from "../support/world.ts";

// `SimStack` takes one step after another; the engine runs as many at once as there are resources.

const NAMES = { project: "proj", stack: "dev" };

beforeEach(() => freshAccount());

/** A run that the test drives by hand: it has read the state and registered the identity. */
async function startRun() {
  const env = connection(api);
  let made = 0;
  const random = () => `0a0b0c0${(made++).toString(16)}`;
  const run = startInProcess({ ...NAMES, env, clock: accountClock(api), random });
  for (const { kind, id, inputs, outputs } of stack.entries) {
    await run[kind].read(id, outputs);
    await run[kind].diff(id, outputs, inputs);
  }
  const identity = entryOf("zkscore");
  await run.identity.check(identity.inputs, NAMES);
  await run.identity.diff(identity.id, identity.outputs, NAMES);
  const checked = async (olds: Fields, name: string, args: Fields) =>
    (await run.key.check(olds, { ...args, ownership: ownershipOf(name, identity.id) })).inputs;
  return {
    list: () => run.context.client.list("fresh"),
    create: async (name: string, args: Fields) => run.key.create(await checked({}, name, args)),
    /** `before`: the name that an alias takes over in this run. */
    replace: async (name: string, args: Fields, before = name) => {
      const old = entryOf(before);
      const inputs = await checked(old.inputs, name, args);
      expect((await run.key.diff(old.id, old.outputs, inputs)).replaces).not.toEqual([]);
      return run.key.create(await checked({}, name, args));
    },
    end: () => run.end(),
  };
}

function entryOf(name: string): Entry {
  const found = stack.entries.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no ${name} in the state`);
  return found;
}

function ownershipOf(name: string, identity: string): Fields {
  const urn = `urn:pulumi:dev::proj::pulumi-nodejs:dynamic/zkscore:ApiKey::${name}`;
  return { identity, owner: ownerOf(identity, urn), ...NAMES, name };
}

test.each(["a later run", "the run of the move"])(
  "a renamed key's replacement in %s never sweeps the new key of its old name that is being made meanwhile",
  async (when) => {
    await stack.up(keys({ a: SCORES }));
    const before = entryOf("a").id;
    if (when === "a later run") await stack.up({ keys: { b: SCORES }, aliases: { b: "a" } });
    const run = await startRun();
    api.faults.add({ operation: "create", kind: "pause", phase: "beforeParse" });
    api.faults.add({ operation: "create", kind: "pause", phase: "afterCommit", nth: 2 });

    const b = run.replace("b", { ...SCORES, description: "x" }, when === "a later run" ? "b" : "a");
    const slow = await api.waitForPause({ operation: "create", phase: "beforeParse" });
    const a = run.create("a", SCORES); // declared late: it waits for something else
    const committed = await api.waitForPause({ operation: "create", phase: "afterCommit" });
    const { keys: shown } = await run.list(); // a third handler's
    expect(shown.size).toBe(2);
    api.release(slow.id);
    const successor = await b;
    api.release(committed.id);
    const { id } = await a;

    expect(liveIds(api).toSorted()).toEqual([before, successor.id, id].toSorted());
    await run.end();
  },
);

test("a sibling whose key is made between two listings doesn't make the account look like another one", async () => {
  api.setMode({ deleteForgets: true });
  await stack.up(keys({ a: SCORES, b: SCORES, c: SCORES }));
  const gone = entryOf("a").id;
  const run = await startRun();
  api.revoke(gone);
  await run.list();
  // The listing that is to prove that `a` is gone comes after the sibling's POST, and before its answer.
  api.faults.add({ operation: "list", kind: "pause", phase: "beforeParse" });
  api.faults.add({ operation: "create", kind: "pause", phase: "afterCommit" });
  const a = run.replace("a", { ...SCORES, description: "x" });
  const second = await api.waitForPause({ operation: "list" });
  const sibling = run.create("n", SCORES);
  const committed = await api.waitForPause({ operation: "create" });
  api.release(second.id);
  const { id } = await a;
  api.release(committed.id);
  const made = await sibling;

  expect(liveIds(api).toSorted()).toEqual([entryOf("b").id, entryOf("c").id, id, made.id].toSorted());
  await run.end();
});
