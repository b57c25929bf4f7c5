import type { KeyApi } from "../api/types.ts";
import type { Clock } from "../domain/clock.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState } from "../domain/inputs.ts";
import type { PlanLimits } from "../domain/plans.ts";
import type { StackView } from "./view.ts";

/** What a handler gets beside its arguments. No Pulumi type: another host (a native plugin) can serve the same handlers. */
export interface HandlerContext {
  client: KeyApi;
  clock: Clock;
  log: Log;
  settings: Settings;
  view: StackView;
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
  /** Logical names or ids of keys that may do more than was asked. */
  acceptWider: readonly string[];
  /** `ZKSCORE_CONFIRM_MISSING=1`: what a complete listing doesn't show is gone, for this run. */
  confirmMissing: boolean;
  /** `ZKSCORE_CONFIRM_MOVED=1`: the deployment moved to this address, for this run. */
  confirmMoved: boolean;
  /** Compared with the secret of a key about to be revoked; never logged or stored. */
  token?: string;
}

/**
 * The key exists and something after it failed: the engine saves `state` and calls `update` next time.
 * Thrown by create and update only, always with the complete outputs.
 */
export class InitFailure extends Error {
  readonly id: string;
  readonly state: KeyState;

  constructor(state: KeyState, cause: unknown) {
    super(ZkscoreError.is(cause) ? cause.message : "the key exists, but a step after its creation failed");
    this.name = "InitFailure";
    this.id = state.keyId;
    this.state = state;
  }
}
