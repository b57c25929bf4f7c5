import { iso } from "../clock.ts";
import { ApiFailure, errorBody, FAILURES, kindOfStatus } from "../contract/failures.ts";
import { RespondInstead } from "../faults/apply.ts";
import type { Answer } from "../faults/distort.ts";
import type { Result } from "../operations/operation.ts";
import type { Arrived, ServeContext } from "./context.ts";

/** An answer that says yes. */
export function success(context: ServeContext, arrived: Arrived, { status, body }: Result): Answer {
  return { status, headers: commonHeaders(context, arrived), body: JSON.stringify(body) };
}

/** The answer for what was thrown on the way to one: a refusal, or a fault's own answer. Throws everything else again. */
export function answerInstead(context: ServeContext, arrived: Arrived, thrown: unknown, planned?: Answer): Answer {
  if (thrown instanceof ApiFailure) return refusal(context, arrived, thrown, FAILURES[thrown.kind].status);
  if (!(thrown instanceof RespondInstead)) throw thrown;
  const { headers, body, status = planned?.status ?? 200 } = thrown.answer;
  const stock = refusal(context, arrived, new ApiFailure(kindOfStatus(status)), status);
  return { status, headers: { ...stock.headers, ...headers }, body: body ?? stock.body };
}

/** An answer that says no, in the envelope the mode asks for. */
function refusal(context: ServeContext, arrived: Arrived, error: ApiFailure, status: number): Answer {
  const { modes, clock } = context.core;
  const body = errorBody(modes.errorShape, error, status, iso(clock.now()));
  return { status, headers: { ...commonHeaders(context, arrived), ...error.headers }, body: JSON.stringify(body) };
}

function commonHeaders({ core, limits }: ServeContext, { caller, exchange }: Arrived): Record<string, string> {
  const known = caller instanceof ApiFailure ? undefined : caller;
  const { limit, remaining, resetMs } = limits.allowance(known, core.clock.now());
  return {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Request-Id": exchange.entry.requestId,
    "X-RateLimit-Limit": String(limit),
    "X-RateLimit-Remaining": String(remaining),
    "X-RateLimit-Reset": String(Math.floor(resetMs / 1000)),
  };
}
