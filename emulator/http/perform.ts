import type { Caller, Core } from "../accounts.ts";
import { ApiFailure, FAILURES } from "../contract/failures.ts";
import { bite, Cut, pass } from "../faults/apply.ts";
import { assertOperation, type Call, type Prepared, prepare, type Result } from "../operations/dispatch.ts";
import type { Arrived, HandlerParts } from "./arrive.ts";
import { readBody } from "./body.ts";

/**
 * Takes a call through validation and its one transaction. Throws the `ApiFailure` it deserves, having counted the use of
 * an issued key all the same, or what a fault throws.
 */
export async function perform(parts: HandlerParts, arrived: Arrived, caller: Caller): Promise<Result> {
  const { core, limits } = parts;
  const { exchange } = arrived;
  let refusal: unknown;
  let run: Prepared | undefined;
  let admitted = false;
  try {
    limits.admit(caller, core.clock.now());
    admitted = true;
    assertOperation(arrived.where, core.modes().updates);
    run = await prepare(core, await call(parts, arrived, caller));
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
    if (caller.type === "issued") count(core, { arrived, caller, done, refusal, admitted, now });
    return done;
  });
  if (result === undefined) throw refusal;
  exchange.note({ committed: result.committed, keyId: result.keyId ?? exchange.entry.keyId });
  return result;
}

async function call(parts: HandlerParts, arrived: Arrived, caller: Caller): Promise<Call> {
  const { request, url, where, exchange } = arrived;
  const forwarded = String(request.headers["x-forwarded-for"] ?? "")
    .split(",")[0]
    ?.trim();
  const direct = request.socket.remoteAddress ?? "";
  return {
    route: where,
    query: url.searchParams,
    body: await readBody(request).catch((error: unknown) => {
      throw error instanceof ApiFailure ? error : new Cut(); // the client went away in the middle of it
    }),
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
    arrived: Arrived;
    caller: Caller & { type: "issued" };
    done: Result | undefined;
    refusal: unknown;
    admitted: boolean;
    now: number;
  },
): void {
  const { arrived, caller, done, refusal, admitted, now } = use;
  const refused = refusal instanceof ApiFailure ? FAILURES[refusal.kind].status : 500;
  core.usage.add({
    keyId: caller.key.id,
    at: now,
    endpoint: arrived.where.template,
    method: arrived.exchange.entry.method,
    status: done?.status ?? refused,
    admitted,
    bytes: Buffer.byteLength(JSON.stringify(done?.body ?? "")),
    latencyMs: performance.now() - arrived.started,
  });
}
