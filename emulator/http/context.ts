import type { IncomingMessage } from "node:http";
import type { Caller } from "../accounts.ts";
import type { ApiFailure } from "../contract/failures.ts";
import type { Exchange } from "../faults/apply.ts";
import type { Holds } from "../faults/holds.ts";
import type { FaultRegistry } from "../faults/registry.ts";
import type { Limits } from "../operations/limits.ts";
import type { Core } from "../operations/operation.ts";
import type { Journal } from "../store/journal.ts";
import type { Route } from "./routes.ts";

/** What requests are served with. */
export interface ServeContext {
  core: Core;
  limits: Limits;
  faults: FaultRegistry;
  holds: Holds;
  journal: Journal;
  stopping: AbortSignal;
  prefix: string;
}

/** A request whose sender and aim are known, and which is in the journal. */
export interface Arrived {
  request: IncomingMessage;
  query: URLSearchParams;
  route: Route;
  /** Who sent it, or the refusal to answer with once it is time to answer. */
  caller: Caller | ApiFailure;
  exchange: Exchange;
  /** Monotonic ms. */
  startedMs: number;
}
