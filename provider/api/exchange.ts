import type { z } from "zod";
import { decode } from "./decode.ts";
import { type ErrorBody, parseErrorBody } from "./errorBody.ts";
import { type Call, failureError, redirectError, refusedError, unreachableError } from "./errors.ts";
import { isQuota } from "./explain.ts";
import { type Deadline, type Run, remaining, type Verdict, withRetry } from "./retry.ts";
import type { Answer, Outgoing, Transport } from "./transport.ts";
import { explainUnreachable } from "./unreachable.ts";

/** A request of one operation, before its token and timeout are known. */
export interface Exchange<T> {
  run: Run;
  transport: Transport;
  call: Call;
  deadline: Deadline;
  request: Omit<Outgoing, "timeoutMs" | "method">;
  schema: z.ZodType<T>;
  /** Takes an answer that would be an error and says what it means instead; undefined: an error it is. */
  accept?: (answer: Answer, body: ErrorBody | undefined, unknownBefore: boolean) => T | undefined;
}

/** Sends one request, with retries, and parses its answer. Every failure is a `ZkscoreError`. */
export async function exchange<T>(it: Exchange<T>): Promise<{ value: T; answer: Answer }> {
  let unknownBefore = false;
  return withRetry(it.run, it.call, it.deadline, async (timeoutMs) => {
    const verdict = await once(it, timeoutMs, unknownBefore);
    if (!verdict.done && verdict.error.outcome === "unknown") unknownBefore = true;
    return verdict;
  });
}

async function once<T>(
  it: Exchange<T>,
  timeoutMs: number,
  unknownBefore: boolean,
): Promise<Verdict<{ value: T; answer: Answer }>> {
  const { call } = it;
  const wholeDeadline = timeoutMs >= remaining(it.run, it.deadline);
  const got = await it.transport.send({ ...it.request, method: call.op.method, timeoutMs });
  if (got.kind === "failure") {
    if (got.unsent !== undefined) {
      const reason = explainUnreachable(call.origin, got.unsent);
      return { done: false, error: unreachableError(call, reason), again: !reason.final, paced: false };
    }
    const timeIsUp = got.timedOut && wholeDeadline;
    const again = call.op.method !== "POST" && !timeIsUp;
    return { done: false, error: failureError(call, got, timeIsUp), again, paced: false };
  }
  const body = got.status >= 400 ? parseErrorBody(got.text) : undefined;
  const accepted = it.accept?.(got, body, unknownBefore);
  if (accepted !== undefined) return { done: true, value: { value: accepted, answer: got } };
  if (body !== undefined) return refused(call, got, body);
  if (got.status < 200 || got.status >= 300) throw redirectError(call, got);
  return { done: true, value: { value: decode(call, got, it.schema), answer: got } };
}

function refused(call: Call, answer: Answer, body: ErrorBody): Verdict<never> {
  const { status } = answer;
  const error = refusedError(call, answer, body);
  const paced = status === 429 && !isQuota({ status, body });
  const failing = status === 408 || (status >= 500 && ![501, 505, 511].includes(status));
  // A POST may have run before a 408 or 5xx; 425 and 429 say that it didn't.
  const again = paced || status === 425 || (failing && call.op.method !== "POST");
  return { done: false, error, again, paced };
}
