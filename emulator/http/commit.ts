import type { Caller } from "../accounts.ts";
import { ApiFailure, FAILURES } from "../contract/failures.ts";
import type { Prepared, Result } from "../operations/operation.ts";
import type { Arrived, ServeContext } from "./context.ts";
import type { PreparedCall } from "./prepare.ts";

/**
 * Runs a call and counts the use of an issued key, in one transaction. A refused call is
 * counted, too, and then its refusal is thrown.
 */
export function commit(
  { core }: ServeContext,
  arrived: Arrived,
  caller: Caller,
  { run, admitted }: PreparedCall,
): Result {
  const { exchange, route, startedMs } = arrived;
  const done = core.store.commit(() => {
    const now = core.clock.now();
    const done = run instanceof ApiFailure ? run : resultOf(run, now);
    if (caller.type === "issued") {
      const [status, body] = done instanceof ApiFailure ? [FAILURES[done.kind].status, ""] : [done.status, done.body];
      core.usage.add({
        keyId: caller.key.id,
        at: now,
        endpoint: route.template,
        method: exchange.entry.method,
        status,
        admitted,
        bytes: Buffer.byteLength(JSON.stringify(body)),
        latencyMs: performance.now() - startedMs,
      });
    }
    return done;
  });
  if (done instanceof ApiFailure) throw done;
  exchange.note({ committed: done.committed, keyId: done.keyId ?? exchange.entry.keyId });
  return done;
}

/** Operations refuse before they write: nothing is to be rolled back, and the transaction goes on to count the use. */
function resultOf(run: Prepared, now: number): Result | ApiFailure {
  try {
    return run(now);
  } catch (error) {
    if (error instanceof ApiFailure) return error;
    throw error;
  }
}
