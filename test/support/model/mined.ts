import type { Emulator } from "../../../emulator/index.ts";
import type { KeyApi } from "../../../provider/api/types.ts";
import { simStack } from "../host/world.ts";
import { type Entry, Killed, type Program, type SimStack, type UpOptions } from "./engine.ts";

/** When engine and provider are killed: at the request that changes something, after `left` others of them. */
export interface Bomb {
  left: number;
  /** After it is committed; else before it is sent. */
  after: boolean;
}

/** A stack as the model plays with it: the simulated engine, or the real one. An operation that is killed throws `Killed`. */
export interface ModelStack {
  readonly entries: readonly Entry[];
  readonly deployed: ReadonlyMap<string, string>;
  key(name: string): Entry | undefined;
  up(program: Program, options: UpOptions, bomb: Bomb | undefined): Promise<void>;
  refresh(): Promise<void>;
  destroy(bomb: Bomb | undefined): Promise<void>;
  /** What a preview would do, where that isn't `same`. */
  pending(program: Program): Promise<string[]>;
  dispose(): Promise<void>;
}

/** The simulated engine, with handlers in this process that can be killed at any request. */
export function minedStack(api: Emulator): ModelStack {
  let left = Number.POSITIVE_INFINITY;
  let after = false;
  let dead = false;
  const guard = async <T>(call: () => Promise<T>): Promise<T> => {
    if (dead) throw new Killed();
    if (left-- > 0) return call();
    if (after) await call();
    dead = true;
    throw new Killed();
  };
  const around = (client: KeyApi): KeyApi => ({
    ...client,
    create: (body) => guard(() => client.create(body)),
    revoke: (id) => guard(() => client.revoke(id)),
    update: (id, body) => guard(() => client.update(id, body)),
  });
  const stack: SimStack = simStack({ api, around, dead: () => dead });
  const arm = (bomb: Bomb | undefined) => {
    dead = false;
    left = bomb?.left ?? Number.POSITIVE_INFINITY;
    after = bomb?.after ?? false;
  };
  return {
    get entries() {
      return stack.entries;
    },
    deployed: stack.deployed,
    key: (name) => stack.key(name),
    up: (program, options, bomb) => {
      arm(bomb);
      return stack.up(program, options);
    },
    refresh: () => {
      arm(undefined);
      return stack.refresh();
    },
    destroy: (bomb) => {
      arm(bomb);
      return stack.destroy();
    },
    pending: async (program) => {
      arm(undefined);
      const steps = Object.entries(await stack.preview(program));
      return steps.flatMap(([name, step]) => (step === "same" ? [] : [`${name}: ${step}`]));
    },
    dispose: async () => undefined,
  };
}
