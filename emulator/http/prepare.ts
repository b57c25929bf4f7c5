import type { Caller } from "../accounts.ts";
import { ApiFailure } from "../contract/failures.ts";
import { Cut, takeFault } from "../faults/apply.ts";
import { OPERATE } from "../operations/dispatch.ts";
import type { Call, Prepared } from "../operations/operation.ts";
import { readBody } from "./body.ts";
import type { Arrived, ServeContext } from "./context.ts";
import { operationOf } from "./routes.ts";

/** A call to run, or why it is refused. `admitted`: the rate limit let it through, and counts it. */
export interface PreparedCall {
  run: Prepared | ApiFailure;
  admitted: boolean;
}

/** Checks a request against the limits, reads it and validates it. */
export async function prepare(context: ServeContext, arrived: Arrived, caller: Caller): Promise<PreparedCall> {
  const { core, limits } = context;
  let admitted = false;
  try {
    limits.admit(caller, core.clock.now());
    admitted = true;
    const operation = operationOf(arrived.route, core.modes.updates);
    return { run: await OPERATE[operation](core, await parse(context, arrived, caller, operation)), admitted };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return { run: error, admitted };
  }
}

async function parse(
  { core }: ServeContext,
  { request, query, route, exchange }: Arrived,
  caller: Caller,
  operation: Call["operation"],
): Promise<Call> {
  const body = await readBody(request).catch((error: unknown) => {
    throw error instanceof ApiFailure ? error : new Cut(); // the client went away in the middle of it
  });
  const { keyId, target } = route;
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")[0]
    ?.trim();
  const client = core.modes.trustProxy && forwarded ? forwarded : (request.socket.remoteAddress ?? "");
  return { operation, caller, keyId, target, query, body, client, listFault: (kind) => takeFault(exchange, kind) };
}
