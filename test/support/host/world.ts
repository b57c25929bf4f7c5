import { randomBytes } from "node:crypto";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../emulator/index.ts";
import type { KeyApi } from "../../../provider/api/types.ts";
import type { Clock } from "../../../provider/domain/clock.ts";
import { stateIn } from "../../../provider/host/stateCodec.ts";
import { ask } from "../emulator.ts";
import { type Program, SimStack } from "../model/engine.ts";
import { connection } from "../world.ts";
import type { Fields } from "./handlers.ts";
import { startInProcess } from "./inProcess.ts";
import { startHost } from "./process.ts";

export const START = "2026-11-20T12:00:00Z";
export const DAY = 86_400_000;
export const HOUR = 3_600_000;

export const SCORES: Fields = { permissions: [{ resource: "scores", actions: ["read"] }] };

export interface HostWorldOptions {
  api: Emulator;
  account?: number;
  env?: Record<string, string>;
  project?: string;
  stack?: string;
  /** Default `inProcess`: the handlers in this process, on the emulator's clock. `process`: the real host. */
  host?: "inProcess" | "process";
  around?: (client: KeyApi) => KeyApi;
  dead?: () => boolean;
  random?: () => string;
  /** Default: the account's. */
  clock?: Clock;
}

/** An account that stands still in time. */
export function accountAt(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ clock: START, ...options });
}

/** `env` can be changed between operations. */
export type Stack = SimStack & { env: Record<string, string> };

/** A stack of the simulated engine. */
export function simStack(options: HostWorldOptions): Stack {
  const { api, host = "inProcess", account = 0, around, dead, random = () => randomBytes(4).toString("hex") } = options;
  const env: Record<string, string> = { ...clean(connection(api, account)), ...options.env };
  const clock = options.clock ?? accountClock(api);
  const stack = new SimStack({
    ...(options.project === undefined ? {} : { project: options.project }),
    ...(options.stack === undefined ? {} : { stack: options.stack }),
    ...(dead === undefined ? {} : { dead }),
    start: async (names) =>
      host === "process"
        ? startHost({ ...names, env: { ZKSCORE_NOW: new Date(api.now()).toISOString(), ...env } })
        : startInProcess({ ...names, env, clock, random, ...(around === undefined ? {} : { around }) }),
  });
  return Object.assign(stack, { env });
}

/** The emulator's clock as the handlers'; whoever sleeps moves it on. */
export function accountClock(api: Emulator): Clock {
  const sleepers: { at: number; wake: () => void }[] = [];
  const wakeEarliest = () => {
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    if (next === undefined) return;
    if (next.at > api.now()) api.advance(next.at - api.now());
    next.wake();
  };
  return {
    now: () => api.now(),
    monotonic: () => api.now(),
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: api.now() + ms, wake });
        setImmediate(wakeEarliest);
      }),
  };
}

/** Whether the API lets this secret in. */
export async function works(api: Emulator, secret: unknown): Promise<boolean> {
  return typeof secret === "string" && (await api.use(secret)).status === 200;
}

/** A key that somebody made by hand, and that may read scores. */
export async function keyByHand(api: Emulator, more: Fields = {}): Promise<{ keyId: string; apiKey: string }> {
  const body = { name: "legacy", ...SCORES, ...more };
  const { json } = await ask(`${api.url}/developer/keys`, api.accounts[0]?.token, "POST", body);
  const { keyId, apiKey } = json as { keyId: string; apiKey: string }; // the emulator's own answer
  return { keyId, apiKey };
}

/** The metadata of a key as texts: its mark, as anyone can copy it from the listing. */
export function markOf(api: Emulator, keyId: string): Record<string, string> {
  const metadata = api.keys().find(({ id }) => id === keyId)?.metadata ?? {};
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)]));
}

/** Ids of the keys that requests after journal entry `since` would have changed or ended. */
export function touched(api: Emulator, since = 0): string[] {
  return api
    .journal()
    .slice(since)
    .filter((entry) => entry.operation === "revoke" || entry.operation === "update")
    .map((entry) => entry.keyId ?? "");
}

/** How many of each operation after journal entry `since`. */
export function counted(api: Emulator, since = 0): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of api.journal().slice(since)) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

/** What the state of a key says that an earlier run has left to do. */
export function workLeft(entry: { outputs: Fields } | undefined): string | undefined {
  return entry === undefined ? undefined : stateIn(entry.outputs).unfinished;
}

export function keys(declared: Readonly<Record<string, Fields>>): Program {
  return { keys: declared };
}

/** The text of the error that `work` must fail with. */
export async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it succeeded, and should have failed");
}

function clean(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
