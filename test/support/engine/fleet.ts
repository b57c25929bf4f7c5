import { type Emulator, startEmulator } from "../../../emulator/index.ts";
import { type Tapped, type Wiretap, wiretap } from "../network/wiretap.ts";
import { connection } from "../world.ts";
import type { Outcome } from "./command.ts";
import { createStack, type TestStack } from "./stack.ts";

const DAY = 86_400_000;

/** One stack of the fleet, with its own project folder, backend and connection to the account. */
export interface Member {
  name: string;
  stack: TestStack;
  tap: Wiretap;
}

/** One `up` of one stack, and what it sent. */
export interface FleetRun {
  member: Member;
  outcome: Outcome;
  traffic: Tapped[];
}

export interface FleetSize {
  stacks: number;
  keys: number;
  /** Keys that the account may make in a day. */
  quota: number;
  /** Engines that run side by side. */
  atOnce: number;
}

export interface EngineFleet {
  api: Emulator;
  members: readonly Member[];
  /** `up` in every stack, `atOnce` at a time. */
  upAll(): Promise<FleetRun[]>;
  dispose(): Promise<void>;
}

/**
 * Real stacks on one account of 60 requests a minute. The account's clock runs: the providers wait in real time, and a
 * clock that stands would never open the next minute. It starts at noon, so that no midnight gives a second quota.
 */
export async function engineFleet(size: FleetSize): Promise<EngineFleet> {
  const api = await startEmulator({ accounts: [{ requestsPerMinute: 60, limits: { keysPerDay: size.quota } }] });
  api.advance(untilNoon(api.now()));
  const members: Member[] = [];
  const dispose = async () => {
    for (const { stack, tap } of members) {
      stack.dispose();
      await tap.close();
    }
    await api.close();
  };
  const names = Array.from({ length: size.stacks }, (_, n) => `s${n}`);
  try {
    await atMost(size.atOnce, names, async (name) => {
      members.push(await join(api, name, size.keys));
    });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { api, members, dispose, upAll: () => atMost(size.atOnce, members, up) };
}

/** The logical names that each stack of the fleet declares. */
export function declaredKeys(keys: number): string[] {
  return Array.from({ length: keys }, (_, n) => `k${n}`);
}

async function join(api: Emulator, name: string, keys: number): Promise<Member> {
  const tap = await wiretap(api.url);
  const program = `import { ApiKey } from "pulumi-zkscore";
    for (const name of ${JSON.stringify(declaredKeys(keys))})
      new ApiKey(name, { permissions: [{ resource: "scores", actions: ["read"] }] });`;
  const env = { ...connection(api), ZKSCORE_BASE_URL: tap.url };
  try {
    const stack = await createStack({ program, project: "fleet", stack: name, env, timeoutMs: 900_000 });
    return { name, stack, tap };
  } catch (error) {
    await tap.close();
    throw error;
  }
}

async function up(member: Member): Promise<FleetRun> {
  const outcome = await member.stack.up();
  return { member, outcome, traffic: member.tap.drain() };
}

/** Results in the order of the items. Rejects only when nothing runs any more. */
async function atMost<T, R>(width: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [n, item] of queue) results[n] = await work(item);
  };
  for (const end of await Promise.allSettled(Array.from({ length: width }, worker)))
    if (end.status === "rejected") throw end.reason;
  return results;
}

function untilNoon(now: number): number {
  return DAY - ((now + DAY / 2) % DAY);
}
