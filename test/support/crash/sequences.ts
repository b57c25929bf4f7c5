import type { Env } from "../engine/project.ts";
import { succeed } from "../engine/stack.ts";
import { UNATTENDED } from "./cell.ts";
import { BEFORE, CHANGED, cascadeProgram, crashProgram, ROTATED } from "./program.ts";
import type { Proof } from "./run.ts";
import {
  appKey,
  bystanders,
  destroyed,
  emptied,
  killed,
  killedWhileWaiting,
  mended,
  restored,
  sequence,
  up,
} from "./sequence.ts";
import { serving } from "./strike.ts";
import { faults, outlivers, restless, stateKeys } from "./verdict.ts";
import { setRefreshAlways } from "./world.ts";

/** What no cell of the matrix says: waits, late answers, repeated crashes, older states. */
export const SEQUENCES: readonly Proof[] = [
  sequence("engine killed while a create waits for Retry-After", "base", async (world, recording) => {
    const { api, stack } = world;
    stack.setProgram(crashProgram(BEFORE));
    api.faults.add({ kind: "status", status: 429, headers: { "Retry-After": "20" }, operation: "create" });
    const wrong = await killedWhileWaiting(world, up(world), "create");
    return [...wrong, ...(await mended(world, recording, ["other", "subject"]))];
  }),
  sequence("engine killed while the settlement of a lost create waits for a failing list", "base", async (world, r) => {
    const { api, stack } = world;
    stack.setProgram(crashProgram(BEFORE));
    api.faults.add({ kind: "reset", operation: "create", phase: "afterCommit" });
    const wait = { status: 503, headers: { "Retry-After": "20" } };
    api.faults.add({ kind: "status", operation: "list", nth: 2, times: 9, phase: "beforeParse", ...wait });
    const wrong = await killedWhileWaiting(world, up(world), "list");
    return [...wrong, ...(await mended(world, r, ["other", "subject"]))];
  }),
  sequence(
    "engine killed while a revocation waits, then the key is declared again",
    "full",
    async (world, recording) => {
      const { api, stack } = world;
      const own = appKey(world);
      stack.setProgram(crashProgram());
      api.faults.add({ kind: "status", status: 503, headers: { "Retry-After": "20" }, operation: "revoke" });
      const wrong = await killedWhileWaiting(world, up(world), "revoke");
      stack.setProgram(crashProgram(BEFORE));
      return [...wrong, ...(await mended(world, recording, ["other", "subject"], own))];
    },
  ),
  sequence("a create that is committed only after the next up", "base", async (world, recording) => {
    const { api, stack } = world;
    stack.setProgram(crashProgram(BEFORE));
    api.faults.add({ kind: "pause", operation: "create", phase: "afterValidate" });
    const running = up(world);
    const held = await api.waitForPause({ operation: "create", timeoutMs: 60_000 });
    const orphans = serving(world);
    running.kill();
    await running.done;
    await succeed(stack.cancel());
    await world.tell(stack.up());
    const own = appKey(world);
    api.release(held.id);
    const wrong = await outlivers(orphans);
    return [...wrong, ...(await mended(world, recording, ["other", "subject"], own))];
  }),
  sequence("two creates killed in a row", "base", async (world, recording) => {
    world.stack.setProgram(crashProgram(BEFORE));
    for (const _time of [1, 2]) {
      await killed(world, { phase: "afterCommit", kind: "both", target: "create" });
      await succeed(world.stack.cancel());
    }
    return mended(world, recording, ["other", "subject"]);
  }),
  sequence("two rotations killed in a row, then the change reverted", "full", async (world, recording) => {
    world.stack.setProgram(crashProgram(ROTATED));
    await killed(world, { phase: "beforeState", kind: "both", target: "create" });
    await succeed(world.stack.cancel());
    await killed(world, { phase: "afterCommit", kind: "provider", target: "create" });
    world.stack.setProgram(crashProgram(BEFORE));
    return mended(world, recording, ["other", "subject"]);
  }),
  sequence("the very first up of a stack", "empty", async (world, recording) => {
    world.stack.setProgram(crashProgram(BEFORE));
    await killed(world, { phase: "afterCommit", kind: "both", target: "create" });
    return mended(world, recording, ["other", "subject"]);
  }),
  sequence("the very first up of a stack, then destroy at once", "empty", async (world, recording) => {
    world.stack.setProgram(crashProgram(BEFORE));
    await killed(world, { phase: "beforeState", kind: "both", target: "create" });
    await succeed(world.stack.cancel());
    return destroyed(world, recording);
  }),
  sequence("destroy killed, then again", "full", async (world, recording) => {
    const start = () => world.stack.start(["destroy", ...UNATTENDED]);
    await killed(world, { phase: "afterCommit", kind: "both", target: "revoke", start });
    await succeed(world.stack.cancel());
    return destroyed(world, recording);
  }),
  sequence(
    "destroy killed after a rotation, then again: the overlap ends with it",
    "full",
    async (world, recording) => {
      world.stack.setProgram(crashProgram(ROTATED));
      await world.tell(world.stack.up());
      const start = () => world.stack.start(["destroy", ...UNATTENDED]);
      await killed(world, { phase: "beforeState", kind: "both", target: "revoke", start });
      await succeed(world.stack.cancel());
      return destroyed(world, recording);
    },
  ),
  sequence("a replacement with an explicit name, which deletes first", "base", async (world, recording) => {
    world.stack.setProgram(crashProgram(`name: "subject-fixed", ${BEFORE}`));
    await world.tell(world.stack.up());
    world.stack.setProgram(crashProgram(`name: "subject-fixed", ${CHANGED}`));
    await killed(world, { phase: "afterCommit", kind: "both", target: "create" });
    return mended(world, recording, ["other", "subject"]);
  }),
  ...["afterCommit" as const, "beforeState" as const].map((phase) =>
    sequence(`a key that goes first with the named one it depends on, killed ${phase}`, "base", async (world, r) => {
      const { stack } = world;
      stack.setProgram(cascadeProgram("one"));
      await world.tell(stack.up());
      const old = await stateKeys(world);
      stack.setProgram(cascadeProgram("two"));
      await killed(world, { phase, kind: "both", target: "create" });
      const kept = old.find(({ name }) => name === "subject")?.keyId;
      return mended(world, r, ["other", "named", "subject"], kept);
    }),
  ),
  sequence("a rotation killed, then the key renamed by an alias", "full", async (world, recording) => {
    world.stack.setProgram(crashProgram(ROTATED));
    await killed(world, { phase: "afterCommit", kind: "both", target: "create" });
    const old = appKey(world);
    const renamed = crashProgram(ROTATED).replace(/ApiKey\("subject", (.*)\);/, 'ApiKey("renamed", $1, ALIAS);');
    world.stack.setProgram(renamed.replace("ALIAS", '{ aliases: [{ name: "subject" }] }'));
    return mended(world, recording, ["other", "renamed"], old);
  }),
  sequence("a rotation killed, then an up without a refresh, then one with it", "full", async (world, recording) => {
    const { stack } = world;
    setRefreshAlways(stack, false);
    stack.setProgram(crashProgram(ROTATED));
    await killed(world, { phase: "beforeState", kind: "both", target: "create" });
    const old = appKey(world);
    await succeed(stack.cancel());
    await world.tell(stack.up());
    setRefreshAlways(stack, true);
    return mended(world, recording, ["other", "subject"], old);
  }),
  sequence("a dependent that fails across the end of the overlap", "full", async (world, recording) => {
    const { api, stack } = world;
    const start = Date.now();
    const at = (hours: number): Env => {
      api.setNow(start + hours * 3_600_000);
      return { ZKSCORE_NOW: new Date(start + hours * 3_600_000).toISOString() };
    };
    const old = appKey(world);
    const wrong: string[] = [];
    stack.setProgram(crashProgram(ROTATED.replace("24h", "1h")));
    for (const hours of [0, 2, 3]) {
      const { code, output } = await stack.up([], { ...at(hours), CONSUMER_FAILS: "1" });
      world.story.push(output);
      if (code === 0) wrong.push("the dependent did not fail");
      if (!world.live().has(old)) wrong.push(`the application's key is dead ${hours} h after its replacement`);
    }
    await world.tell(stack.up([], at(4)));
    if (world.live().has(old)) wrong.push("the old key outlives its overlap and its dependents");
    wrong.push(...(await faults(world, ["other", "subject"], bystanders(recording))));
    wrong.push(...(await restless(world, at(4))));
    await world.tell(stack.destroy([], at(4)));
    return [...wrong, ...emptied(world, recording)];
  }),
  sequence("the end of an overlap killed", "full", async (world, recording) => {
    const { api, stack } = world;
    stack.setProgram(crashProgram(ROTATED.replace("24h", "1h")));
    await world.tell(stack.up());
    api.setNow(Date.now() + 7_200_000);
    const env = { ZKSCORE_NOW: new Date(api.now()).toISOString() };
    const start = () => stack.start(["up", ...UNATTENDED], env);
    await killed(world, { phase: "afterCommit", kind: "both", target: "revoke", start });
    await succeed(stack.cancel());
    await world.tell(stack.up([], env));
    const wrong = await faults(world, ["other", "subject"], bystanders(recording));
    wrong.push(...(await restless(world, env)));
    await world.tell(stack.destroy([], env));
    return [...wrong, ...emptied(world, recording)];
  }),
  sequence("the purge of a compromised key killed", "full", async (world, recording) => {
    world.stack.setProgram(crashProgram(BEFORE.replace("trigger: 1", "trigger: 1, compromised: 1")));
    await killed(world, { phase: "beforeCommit", kind: "engine", target: "revoke" });
    return mended(world, recording, ["other", "subject"]);
  }),
  sequence("a state from before a replacement, whose key nobody has used", "full", (world, recording) =>
    restored(world, recording, CHANGED, false),
  ),
  sequence("a state from before a replacement, whose key is in use", "full", (world, recording) =>
    restored(world, recording, CHANGED, true),
  ),
  sequence("a state from before a rotation, within its overlap", "full", (world, recording) =>
    restored(world, recording, ROTATED, false),
  ),
];
