import type { Outcome } from "../../test/support/engine/command.ts";
import type { ContestantName, Operation } from "../operations.ts";

/** One way to declare N keys. */
export interface Contestant {
  readonly name: ContestantName;
  /** An empty stack for `keys` keys of the account at `baseUrl`. */
  open(keys: number, baseUrl: string): Promise<Opened>;
}

/** A stack of a contestant. */
export interface Opened {
  /** In the environment of all its processes. */
  readonly marker: string;
  run(operation: Operation): Promise<Outcome>;
  /** Bytes of the state file that one key takes, while the keys exist. */
  stateBytesAKey(): number;
  /** Kills what is left and removes its folder. */
  dispose(): void;
}

/** Set as ZKSCORE_TOKEN; the stand-in asks for none. */
export const TOKEN = "bench";

/** The inputs that every contestant declares; the one change is another description of the first key. */
export function inputsOf(index: number, changed: boolean): Record<string, unknown> {
  return {
    description: index === 0 && changed ? "Changed." : `Reads scores for service ${index}.`,
    permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }],
    rateLimit: { requestsPerMinute: 60 },
    metadata: { owner: "team-scores" },
  };
}
