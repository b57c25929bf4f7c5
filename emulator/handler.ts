import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";
import { type Identified, identify } from "./authenticate.ts";
import { readBody } from "./body.ts";
import { iso } from "./clock.ts";
import type { Caller, Core } from "./core.ts";
import { bite, Cut, type Exchange, Instead, pass } from "./exchange.ts";
import { ApiFailure, errorBody, FAILURES, kindOfStatus } from "./failure.ts";
import type { FaultRegistry } from "./faults.ts";
import type { Holds } from "./holds.ts";
import type { Journal } from "./journal.ts";
import type { Limits } from "./limits.ts";
import { type Call, type Prepared, prepare, type Result } from "./operations.ts";
import { type Route, route } from "./routes.ts";
import { newId } from "./secrets.ts";
import { send } from "./send.ts";

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

/** Answers one request under the prefix; never rejects. */
export async function handle(parts: HandlerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { core } = parts;
  const started = performance.now();
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const method = request.method ?? "GET";
  const where: Route = route(method, url.pathname, parts.prefix) ?? {
    operation: "unknown",
    template: "(unknown)",
    keyId: null,
    wish: null,
  };
  const who = identify(core, request.headers.authorization, core.clock.now());
  const exchange = open(parts, { where, who, method, query: url.searchParams, response });
  try {
    const answer = await decide(parts, exchange, { request, url, where, who, started });
    await send(exchange, answer);
  } catch (error) {
    // A fault or the client cut the connection; anything else is the emulator's own mistake, shown as a 500 of its own.
    exchange.note({ outcome: "cut" });
    if (!(error instanceof Cut)) {
      process.emitWarning(error instanceof Error ? error : String(error), "EmulatorError");
      response.destroy();
    }
  }
}

function open(
  parts: HandlerParts,
  about: { where: Route; who: Identified; method: string; query: URLSearchParams; response: ServerResponse },
): Exchange {
  const { where, who, method, query, response } = about;
  const caller = "caller" in who ? who.caller : undefined;
  const asked = Number(query.get("offset") ?? 0);
  const offset = where.operation === "list" && Number.isSafeInteger(asked) ? asked : null;
  const account = caller?.account.index ?? null;
  const { operation, keyId } = where;
  const { entry, note } = parts.journal.open({
    at: iso(parts.core.clock.now()),
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
  response.socket?.setNoDelay(true);
  const due = parts.faults.due({ operation, keyId, account, offset });
  return { response, due, entry, note, holds: parts.holds, left: left.signal, stopping: parts.stopping };
}

interface Incoming {
  request: IncomingMessage;
  url: URL;
  where: Route;
  who: Identified;
  started: number;
}

/** Takes a request up to its answer. Rejects with `Cut` only. */
async function decide(parts: HandlerParts, exchange: Exchange, incoming: Incoming): Promise<Answer> {
  const { who } = incoming;
  const caller = "caller" in who ? who.caller : undefined;
  let answer: Answer | undefined;
  try {
    await pass(exchange, "beforeParse");
    if ("failure" in who) throw who.failure;
    const result = await perform(parts, exchange, incoming, who.caller);
    answer = success(parts, exchange, who.caller, result);
    await pass(exchange, "afterCommit");
    return answer;
  } catch (error) {
    incoming.request.resume(); // an unread body would block the connection's next request
    if (error instanceof ApiFailure) return failure(parts, exchange, caller, error);
    if (!(error instanceof Instead)) throw error;
    const status = error.answer.status ?? answer?.status ?? 200;
    const stock = failure(parts, exchange, caller, new ApiFailure(kindOfStatus(status)), status);
    const headers = { ...stock.headers, ...error.answer.headers };
    return { status, headers, body: error.answer.body ?? stock.body };
  }
}

async function perform(parts: HandlerParts, exchange: Exchange, incoming: Incoming, caller: Caller): Promise<Result> {
  const { core, limits } = parts;
  let refusal: unknown;
  let run: Prepared | undefined;
  let admitted = false;
  try {
    limits.admit(caller, core.clock.now());
    admitted = true;
    run = await prepare(core, await call(parts, exchange, incoming, caller));
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    refusal = error;
  }
  if (run !== undefined) await pass(exchange, "afterValidate");
  const result = core.store.commit(() => {
    const now = core.clock.now();
    let done: Result | undefined;
    if (run !== undefined) {
      try {
        done = run(now);
      } catch (error) {
        // Operations refuse before they write, so there is nothing to roll back; the use itself must be counted.
        if (!(error instanceof ApiFailure)) throw error;
        refusal = error;
      }
    }
    if (caller.type === "issued") count(core, { exchange, incoming, caller, done, refusal, admitted, now });
    return done;
  });
  if (result === undefined) throw refusal;
  exchange.note({ committed: result.committed, keyId: result.keyId ?? exchange.entry.keyId });
  return result;
}

async function call(parts: HandlerParts, exchange: Exchange, incoming: Incoming, caller: Caller): Promise<Call> {
  const { request, url, where } = incoming;
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")[0]
    ?.trim();
  const direct = request.socket.remoteAddress ?? "";
  return {
    route: where,
    query: url.searchParams,
    body: await readBody(request),
    caller,
    client: parts.core.modes().trustProxy && forwarded ? forwarded : direct,
    quirk: (kind) => {
      for (const fault of exchange.due) {
        if (!isKind(fault.spec, kind)) continue;
        bite(exchange, fault);
        return fault.spec;
      }
      return undefined;
    },
  };
}

function isKind<S extends { kind: string }, K extends S["kind"]>(spec: S, kind: K): spec is S & { kind: K } {
  return spec.kind === kind;
}

function count(
  core: Core,
  use: {
    exchange: Exchange;
    incoming: Incoming;
    caller: Caller & { type: "issued" };
    done: Result | undefined;
    refusal: unknown;
    admitted: boolean;
    now: number;
  },
): void {
  const { exchange, incoming, caller, done, refusal, admitted, now } = use;
  const refused = refusal instanceof ApiFailure ? FAILURES[refusal.kind].status : 500;
  core.usage.add({
    keyId: caller.key.id,
    at: now,
    endpoint: incoming.where.template,
    method: exchange.entry.method,
    status: done?.status ?? refused,
    admitted,
    bytes: Buffer.byteLength(JSON.stringify(done?.body ?? "")),
    latencyMs: performance.now() - incoming.started,
  });
}

function success(parts: HandlerParts, exchange: Exchange, caller: Caller, result: Result): Answer {
  const headers = commonHeaders(parts, exchange, caller);
  return { status: result.status, headers, body: JSON.stringify(result.body) };
}

function failure(
  parts: HandlerParts,
  exchange: Exchange,
  caller: Caller | undefined,
  error: ApiFailure,
  asked?: number,
): Answer {
  const status = asked ?? FAILURES[error.kind].status;
  const { kind, message, details } = error;
  const shape = parts.core.modes().errorShape;
  const body = errorBody(shape, { kind, message, status, details }, iso(parts.core.clock.now()));
  return {
    status,
    headers: { ...commonHeaders(parts, exchange, caller), ...error.headers },
    body: JSON.stringify(body),
  };
}

function commonHeaders(parts: HandlerParts, exchange: Exchange, caller: Caller | undefined): Record<string, string> {
  const { limit, remaining, resetMs } = parts.limits.allowance(caller, parts.core.clock.now());
  return {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Request-Id": exchange.entry.requestId,
    "X-RateLimit-Limit": String(limit),
    "X-RateLimit-Remaining": String(remaining),
    "X-RateLimit-Reset": String(Math.floor(resetMs / 1000)),
  };
}
