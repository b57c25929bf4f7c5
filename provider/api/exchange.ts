import type { z } from "zod";
import { remaining } from "./deadline.ts";
import { decode } from "./decode.ts";
import { type ErrorBody, parseErrorBody } from "./errorBody.ts";
import { type Call, failureError, redirectError, refusedError, unreachableError } from "./errors.ts";
import { isQuota } from "./explain.ts";
import { meaningOfFailure, meaningOfStatus } from "./meaning.ts";
import type { Prepared } from "./prepare.ts";
import { type Verdict, withRetry } from "./retry.ts";
import type { Answer } from "./transport.ts";
import { explainUnreachable } from "./unreachable.ts";

/** A request of one operation and what its answer must look like. */
export interface ApiRequest<T> extends Prepared {
  schema: z.ZodType<T>;
  /** Takes an answer that would be an error and says what it means instead; undefined: an error it is. */
  accept?: (answer: Answer, body: ErrorBody | undefined, unknownBefore: boolean) => T | undefined;
}

/** Sends one request, with retries, and parses its answer. Every failure is a `ZkscoreError`. */
export async function exchange<T>(request: ApiRequest<T>): Promise<{ value: T; answer: Answer }> {
  let unknownBefore = false;
  return withRetry(request.policy, request.call, request.deadline, async (timeoutMs) => {
    const verdict = await once(request, timeoutMs, unknownBefore);
    if (!verdict.done && verdict.error.outcome === "unknown") unknownBefore = true;
    return verdict;
  });
}

async function once<T>(
  request: ApiRequest<T>,
  timeoutMs: number,
  unknownBefore: boolean,
): Promise<Verdict<{ value: T; answer: Answer }>> {
  const { call, policy, deadline, transport } = request;
  const wholeDeadline = timeoutMs >= remaining(policy.clock, deadline);
  const got = await transport.send({ ...request.outgoing, method: call.op.method, timeoutMs });
  if (got.kind === "failure") {
    const reason = got.unsent === undefined ? undefined : explainUnreachable(call.origin, got.unsent);
    const timeIsUp = got.timedOut && wholeDeadline;
    const meaning = meaningOfFailure(got, { final: reason?.final === true, timeIsUp });
    const error = reason === undefined ? failureError(call, got, timeIsUp) : unreachableError(call, reason);
    return { done: false, error, meaning };
  }
  const body = got.status >= 400 ? parseErrorBody(got.text) : undefined;
  const accepted = request.accept?.(got, body, unknownBefore);
  if (accepted !== undefined) return { done: true, value: { value: accepted, answer: got } };
  if (body !== undefined) return refused(call, got, body);
  if (got.status < 200 || got.status >= 300) throw redirectError(call, got);
  return { done: true, value: { value: decode(call, got, request.schema), answer: got } };
}

function refused(call: Call, answer: Answer, body: ErrorBody): Verdict<never> {
  const { status } = answer;
  const meaning = meaningOfStatus(status, isQuota({ status, body }));
  return { done: false, error: refusedError(call, answer, body, meaning), meaning };
}
