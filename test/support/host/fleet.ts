import type { Emulator } from "../../../emulator/index.ts";
import type { Program, SimStack } from "../model/engine.ts";
import { accountAt, DAY, keys, SCORES, simStack } from "./world.ts";

export interface Fleet {
  api: Emulator;
  stacks: SimStack[];
  program: Program;
  /** Lets every stack run `up` at once; what each came to. */
  upAll(): Promise<PromiseSettledResult<void>[]>;
  nextDay(): void;
}

/**
 * Stacks on one account of 60 requests a minute and 100 creations a day. They share the account's virtual clock, which
 * jumps to whoever waits shortest, so that minutes of waiting cost nothing.
 */
export async function fleet(size: { stacks: number; keys: number; quota: number }): Promise<Fleet> {
  const account = { requestsPerMinute: 60, limits: { keysPerDay: size.quota } };
  const api = await accountAt({ accounts: [account] });
  const program = keys(Object.fromEntries(Array.from({ length: size.keys }, (_, n) => [`k${n}`, SCORES])));
  const stacks = Array.from({ length: size.stacks }, (_, n) => simStack({ api, stack: `s${n}` }));
  return {
    api,
    stacks,
    program,
    upAll: () => Promise.allSettled(stacks.map((stack) => stack.up(program))),
    nextDay: () => api.advance(DAY),
  };
}
