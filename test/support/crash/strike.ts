import { setTimeout as pause } from "node:timers/promises";
import type { Held } from "../../../emulator/index.ts";
import type { Outcome, Running } from "../engine/command.ts";
import { killHard } from "../engine/processes.ts";
import type { Env } from "../engine/project.ts";
import type { CrashKind, CrashPhase } from "./matrix.ts";
import { isConnected, replyWaits, signal } from "./processes.ts";
import type { Scenario } from "./program.ts";
import type { CrashWorld } from "./world.ts";

/** What is struck: an account, and a stack that talks to it. */
type Struckable = Pick<CrashWorld, "api" | "stack">;

/** What is to be interrupted, where and how. */
export interface Strike {
  phase: CrashPhase;
  kind: CrashKind;
  target: Scenario["target"];
  /** The request before the target: the last moment before it is sent. */
  before: "list" | "data";
  start(env?: Env): Running;
}

export interface Struck {
  outcome: Outcome;
  /** Provider processes that outlived the engine: they must end by themselves. */
  orphans: number[];
}

/** Runs the command and interrupts it at exactly that moment. Throws where the moment never came. */
export async function strike(world: Struckable, it: Strike): Promise<Struck> {
  const struck = it.kind === "socket" || it.kind === "throw" ? await disturb(world, it) : await kill(world, it);
  world.api.faults.clear();
  return struck;
}

/** `socket`: one connection is cut, and nothing else is wrong. `throw`: it fails for as long as the command runs. */
async function disturb({ api }: Struckable, it: Strike): Promise<Struck> {
  const { target: operation, before, phase, kind } = it;
  const consumerFails = kind === "throw" && (phase === "afterAnswer" || (phase === "beforeSend" && before === "data"));
  const always = { operation, times: 99 } as const;
  if (kind === "socket") {
    if (phase === "beforeSend") api.faults.add({ kind: "reset", operation: before, phase: "afterAnswer" });
    if (phase === "beforeCommit") api.faults.add({ kind: "reset", operation, phase: "beforeParse" });
    if (phase === "afterCommit" || phase === "afterAnswer") api.faults.add({ kind: "reset", operation, phase });
    if (phase === "inBody") api.faults.add({ kind: "reset", operation, phase: "body" });
  } else if (!consumerFails) {
    const list = { operation: before, times: 99 } as const;
    if (phase === "beforeSend") api.faults.add({ kind: "status", status: 500, phase: "beforeParse", ...list });
    if (phase === "beforeCommit") api.faults.add({ kind: "status", status: 503, phase: "beforeParse", ...always });
    if (phase === "afterCommit") api.faults.add({ kind: "status", status: 500, phase, ...always });
    if (phase === "afterCommit" && operation === "revoke") {
      // Its repetition would be answered with 404, which settles it.
      api.faults.add({ kind: "status", status: 500, phase: "beforeParse", nth: 2, ...always });
    }
    if (phase === "inBody") api.faults.add({ kind: "malformed", phase: "body", ...always });
  }
  const outcome = await it.start(consumerFails ? { CONSUMER_FAILS: "1" } : {}).done;
  const bitten = consumerFails
    ? outcome.output.includes("the dependent fails")
    : api.faults.list().some((f) => f.hits > 0);
  if (!bitten) throw new Error(`the fault never bit:\n${outcome.output}`);
  if (kind === "throw" && outcome.code === 0) throw new Error(`it should have failed:\n${outcome.output}`);
  return { outcome, orphans: [] };
}

/** Providers of this stack that work. */
export function serving({ api, stack }: Struckable): number[] {
  return stack.providerPids().filter((pid) => isConnected(pid, api.port));
}

async function kill(world: Struckable, it: Strike): Promise<Struck> {
  const { api, stack } = world;
  const { target, phase, kind } = it;
  const operation = phase === "beforeSend" ? it.before : target;
  const at = { beforeSend: "afterCommit", beforeCommit: "afterValidate", inBody: "body" } as const;
  const first =
    phase === "afterAnswer" || phase === "beforeState" || phase === "afterCommit" ? "afterCommit" : at[phase];
  api.faults.add({ kind: "pause", operation, phase: first });
  if (phase === "afterAnswer") api.faults.add({ kind: "pause", operation, phase });
  const running = it.start();
  const held = await reached(world, running, first);
  const providers = serving(world);
  if (providers.length === 0) throw new Error("no provider process is connected to the API");
  if (phase === "afterAnswer") {
    signal(stack.providerPids(), "SIGSTOP");
    api.release(held.id);
    await reached(world, running, "afterAnswer");
  }
  if (phase === "beforeState") {
    signal([running.pid], "SIGSTOP");
    api.release(held.id);
    await replied(running.pid, stack.providerPids());
  }
  if (kind === "engine") running.kill();
  if (kind === "provider") killHard(stack.providerPids());
  if (kind === "both") killHard([running.pid, ...stack.pids()]);
  signal([running.pid, ...stack.providerPids()], "SIGCONT");
  api.release();
  return { outcome: await running.done, orphans: kind === "engine" ? providers : [] };
}

/** The request that waits at a phase; throws when the command ends without it. */
async function reached({ api }: Struckable, running: Running, phase: Held["phase"]): Promise<Held> {
  const early = running.done.then(({ output }) => {
    throw new Error(`the command ended before ${phase}:\n${output}`);
  });
  return Promise.race([api.waitForPause({ phase, timeoutMs: 60_000 }), early]);
}

async function replied(engine: number, providers: readonly number[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!providers.some((provider) => replyWaits(engine, provider))) {
    if (Date.now() > deadline) throw new Error("the provider never replied to the stopped engine");
    await pause(5); // the kernel's tables give no event
  }
}
