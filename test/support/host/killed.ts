import { expect } from "vitest";
import type { Emulator } from "../../../emulator/index.ts";
import type { KeyApi } from "../../../provider/api/types.ts";
import { Killed, type Program, type SimStack } from "../model/engine.ts";
import { simStack } from "./world.ts";

/** A stack whose engine and provider can be killed after a create is committed and before it is recorded. */
export interface KillableStack {
  stack: SimStack;
  /** An `up` that is killed at its first create. */
  killedUp(program: Program): Promise<void>;
}

export function killableStack(api: Emulator): KillableStack {
  let armed = false;
  let dead = false;
  const around = (client: KeyApi): KeyApi => ({
    ...client,
    create: async (body) => {
      const made = await client.create(body);
      if (!armed) return made;
      armed = false;
      dead = true;
      throw new Killed();
    },
  });
  const stack = simStack({ api, around, dead: () => dead });
  return {
    stack,
    killedUp: async (program) => {
      armed = true;
      await expect(stack.up(program)).rejects.toThrow(Killed);
      dead = false;
    },
  };
}
