import type { Account, Caller } from "../accounts.ts";
import type { VirtualClock } from "../clock.ts";
import type { Operation } from "../contract/statuses.ts";
import type { FaultSpec } from "../faults/spec.ts";
import type { Modes } from "../modes.ts";
import type { Store } from "../store/database.ts";
import type { KeyStore } from "../store/keys.ts";
import type { UsageStore } from "../store/usage.ts";
import type { WebhookStore } from "../store/webhooks.ts";

/** What all operations work on. */
export interface Core {
  store: Store;
  keys: KeyStore;
  usage: UsageStore;
  webhooks: WebhookStore;
  clock: VirtualClock;
  accounts: readonly Account[];
  /** As they are now: the operator puts others in their place. */
  modes: Modes;
}

/** What a data endpoint's path and method ask for. */
export interface DataTarget {
  resource: string;
  action: "read" | "write" | "delete";
  identity: string;
}

/** A request, parsed and authenticated. */
export interface Call {
  operation: Exclude<Operation, "unknown">;
  caller: Caller;
  keyId: string | null;
  /** Of a data endpoint. */
  target: DataTarget | null;
  query: URLSearchParams;
  body: unknown;
  /** The client's address. */
  client: string;
  /** Takes a fault of a kind that changes what a list says, if one is due. */
  listFault<K extends "staleList" | "loopingPages">(kind: K): (FaultSpec & { kind: K }) | undefined;
}

/** What an operation answers, before it is written to the socket. */
export interface Result {
  status: number;
  body: Record<string, unknown>;
  /** Whether it changed something. */
  committed: boolean;
  keyId: string | null;
}

/** A valid call, ready to run: synchronous, inside one transaction. Throws `ApiFailure` before it writes anything. */
export type Prepared = (now: number) => Result;
