import type { IncomingMessage, ServerResponse } from "node:http";
import type { Core } from "../accounts.ts";
import { iso } from "../clock.ts";
import type { Exchange } from "../faults/apply.ts";
import type { Holds } from "../faults/holds.ts";
import type { FaultRegistry } from "../faults/registry.ts";
import type { Limits } from "../operations/limits.ts";
import type { Journal } from "../store/journal.ts";
import { newId } from "../store/secrets.ts";
import { type Identified, identify } from "./authenticate.ts";
import { isKeyId, NOWHERE, type Route, route } from "./routes.ts";

/** What the contract's handler is made of. */
export interface HandlerParts {
  core: Core;
  limits: Limits;
  faults: FaultRegistry;
  holds: Holds;
  journal: Journal;
  stopping: AbortSignal;
  prefix: string;
}

/** A request as node gives it. */
export interface Incoming {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
}

/** A request whose sender and aim are known, and which is in the journal. */
export interface Arrived extends Incoming {
  where: Route;
  who: Identified;
  exchange: Exchange;
  /** Monotonic ms. */
  started: number;
}

/** Recognises a request, records it and picks the faults that are due for it. */
export function arrive(parts: HandlerParts, incoming: Incoming): Arrived {
  const { request, response, url } = incoming;
  const { core, journal, faults, holds, stopping } = parts;
  const started = performance.now();
  const method = request.method ?? "GET";
  const where = route(method, url.pathname, parts.prefix) ?? NOWHERE;
  const who = identify(core, request.headers.authorization, core.clock.now());
  const caller = "caller" in who ? who.caller : undefined;
  const { operation } = where;
  const account = caller?.account.index ?? null;
  const asked = url.searchParams.get("keyId");
  const keyId = operation === "usage" && asked !== null && isKeyId(asked) ? asked : where.keyId;
  const offset = operation === "list" ? wholeOrNull(url.searchParams.get("offset") ?? "0") : null;
  const { entry, note } = journal.open({
    at: iso(core.clock.now()),
    requestId: newId("req"),
    account,
    caller: caller?.type ?? null,
    operation,
    method,
    path: where.template,
    keyId: keyId ?? (caller?.type === "issued" ? caller.key.id : null),
    offset,
    status: null,
    committed: false,
    faults: [],
    outcome: "open",
  });
  const left = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) left.abort();
  });
  const due = faults.due({ operation, keyId, account, offset });
  const exchange = { response, due, entry, note, holds, left: left.signal, stopping };
  return { ...incoming, where, who, exchange, started };
}

function wholeOrNull(text: string): number | null {
  return /^\d{1,16}$/.test(text) ? Number(text) : null;
}
