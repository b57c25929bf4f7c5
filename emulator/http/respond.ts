import type { Caller } from "../accounts.ts";
import { iso } from "../clock.ts";
import { type ApiFailure, errorBody, FAILURES } from "../contract/failures.ts";
import type { Answer } from "../faults/distort.ts";
import type { HandlerParts } from "./arrive.ts";

/** What every answer's headers need. */
export interface Addressee {
  caller: Caller | undefined;
  requestId: string;
}

/** An answer that says yes. */
export function success(parts: HandlerParts, to: Addressee, status: number, body: unknown): Answer {
  return { status, headers: commonHeaders(parts, to), body: JSON.stringify(body) };
}

/** An answer that says no, in the envelope the mode asks for; `asked` overrides the failure's own status. */
export function failure(parts: HandlerParts, to: Addressee, error: ApiFailure, asked?: number): Answer {
  const status = asked ?? FAILURES[error.kind].status;
  const { kind, message, details } = error;
  const shape = parts.core.modes().errorShape;
  const body = errorBody(shape, { kind, message, status, details }, iso(parts.core.clock.now()));
  return { status, headers: { ...commonHeaders(parts, to), ...error.headers }, body: JSON.stringify(body) };
}

function commonHeaders(parts: HandlerParts, { caller, requestId }: Addressee): Record<string, string> {
  const { limit, remaining, resetMs } = parts.limits.allowance(caller, parts.core.clock.now());
  return {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Request-Id": requestId,
    "X-RateLimit-Limit": String(limit),
    "X-RateLimit-Remaining": String(remaining),
    "X-RateLimit-Reset": String(Math.floor(resetMs / 1000)),
  };
}
