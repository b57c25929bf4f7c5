import type { KeyApi, Listing } from "../api/types.ts";
import type { Clock } from "../domain/clock.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import type { PlanLimits } from "../domain/plans.ts";

/** What a handler gets beside its arguments. No Pulumi type: another host (a native plugin) can serve the same handlers. */
export interface HandlerContext {
  client: KeyApi;
  clock: Clock;
  log: Log;
  settings: Settings;
  run: Run;
  /** Eight random hex digits. */
  random(): string;
}

/** Lines for the person who runs Pulumi. Each is shown once in a run. */
export interface Log {
  warn(line: string): void;
  info(line: string): void;
}

export interface Settings {
  /** Canonical base URL of this run; all loopback addresses count as one. */
  endpoint: string;
  /** `patch`: change a key in place. `replace`: the API documents no update, so every change replaces. */
  updates: "replace" | "patch";
  /** Ceilings of the plan; absent = none is checked. */
  limits?: PlanLimits;
  /** `ZKSCORE_CONFIRM_MISSING=1`: what a complete listing doesn't show is gone, for this run. */
  confirmMissing: boolean;
  /** Compared with the secret of a key about to be revoked; never logged or stored. */
  token?: string;
}

export interface Names {
  project: string;
  stack: string;
}

/** A replacement that `diff` announced in this run: the key that goes, and what the program wants instead. */
export interface Superseded {
  state: KeyState;
  news: KeyInputs;
}

/**
 * What this process has seen of the state. One process serves one engine operation; the engine's calls are the only
 * view of the state a dynamic provider gets.
 */
export interface Run {
  /** Ids the engine showed (diff, read, delete): they stand in the state, the engine ends them. */
  shown: Map<string, KeyState>;
  /**
   * Ids this process created or adopted, with their owner and what they retire: the next listing may not say it, where
   * the server drops the marker.
   */
  made: Map<string, { owner: string; retires: readonly Retired[] }>;
  /** Ids that `diff` or `update` left to the program in this run: no ledger ends them. */
  kept: Set<string>;
  /** Owners the program declares in this run (`check` was called). None in `destroy` and `refresh`. */
  declared: Set<string>;
  /** Ids whose instant had come when this run made their successor: a later answer by a slower clock doesn't revive them. */
  due: Set<string>;
  /** Ids that `delete` let live for a successor still to be made: no further `delete` will end them. */
  awaiting: Set<string>;
  /** Replacements announced by `diff`, by the owner of the new key. */
  replacing: Map<string, Superseded>;
  /** True once the stack identity was read: the engine refreshes, and reads every key of the state before it creates. */
  refreshed: boolean;
  /** True once `check` was called for anything of ours. */
  programRuns: boolean;
  /**
   * The names the program goes by. Others than those a key or an identity was made under: a copied or renamed stack.
   * Absent in `destroy` and `refresh`: nothing tells the provider process the stack's name but the program.
   */
  names?: Names;
  /** The state held an identity before this run. */
  identityKnown: boolean;
  /** Ids that this run let go under `retain`. */
  retained: Set<string>;
  /** The last two listings in a row that were asked about a key that seemed absent. */
  compared?: { first: Listing; second: Listing };
}

export function newRun(): Run {
  return {
    shown: new Map(),
    made: new Map(),
    kept: new Set(),
    due: new Set(),
    awaiting: new Set(),
    declared: new Set(),
    replacing: new Map(),
    refreshed: false,
    programRuns: false,
    identityKnown: false,
    retained: new Set(),
  };
}

/**
 * The key exists and something after it failed: the engine saves `state` and calls `update` next time.
 * Thrown by create and update only, always with the complete outputs.
 */
export class InitFailure extends Error {
  readonly id: string;
  readonly state: KeyState;

  constructor(state: KeyState, cause: unknown) {
    super(cause instanceof Error ? cause.message : "the key exists, but a step after its creation failed");
    this.name = "InitFailure";
    this.id = state.keyId;
    this.state = state;
  }
}
