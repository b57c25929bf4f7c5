import type { IncomingMessage, ServerResponse } from "node:http";
import { iso } from "../clock.ts";
import { ApiFailure } from "../contract/failures.ts";
import { newId } from "../store/secrets.ts";
import { identify } from "./authenticate.ts";
import type { Arrived, ServeContext } from "./context.ts";
import { isKeyId, NOWHERE, routeOf } from "./routes.ts";

/** Recognises a request, records it and picks the faults that are due for it. */
export function arrive(
  context: ServeContext,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams: query }: URL,
): Arrived {
  const { core, journal, faults, holds, stopping } = context;
  const startedMs = performance.now();
  const method = request.method ?? "GET";
  const route = routeOf(method, pathname, context.prefix) ?? NOWHERE;
  const caller = identify(core, request.headers.authorization);
  const known = caller instanceof ApiFailure ? undefined : caller;
  const { operation } = route;
  const account = known?.account.index ?? null;
  const asked = query.get("keyId");
  const keyId = operation === "usage" && asked !== null && isKeyId(asked) ? asked : route.keyId;
  const offset = operation === "list" ? wholeOrNull(query.get("offset") ?? "0") : null;
  const { entry, note } = journal.open({
    at: iso(core.clock.now()),
    requestId: newId("req"),
    account,
    caller: known?.type ?? null,
    operation,
    method,
    path: route.template,
    keyId: keyId ?? (known?.type === "issued" ? known.key.id : null),
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
  return { request, query, route, caller, exchange, startedMs };
}

function wholeOrNull(text: string): number | null {
  return /^\d{1,16}$/.test(text) ? Number(text) : null;
}
