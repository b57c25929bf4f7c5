import { type ErrorFacts, type Outcome, ZkscoreError } from "../domain/errors.ts";
import { isoSecondsUp } from "../domain/instant.ts";
import { ifCorrectedAlready, type Origins } from "../domain/origins.ts";
import type { ErrorBody } from "./errorBody.ts";
import { explain, isQuota } from "./explain.ts";
import type { Meaning } from "./meaning.ts";
import { endpointOf, type Operation } from "./operation.ts";
import { retryAfterMs } from "./retryAfter.ts";
import { cleanApiCode, cleanRequestId } from "./secrets.ts";
import type { Answer, Failure } from "./transport.ts";
import type { Unreachable } from "./unreachable.ts";

/** What every error of one call may know. */
export interface Call {
  op: Operation;
  /** Origin of the base URL, already validated to hold no password. */
  origin: string;
  /** Values that went out with this request, to keep an echo of them out of the error. Never shown. */
  secrets: readonly string[];
  /** Authenticated with a key of its own instead of the management token. */
  ownKey: boolean;
  /** Where token and base URL came from, if that is known. */
  origins: Origins | undefined;
  /** Epoch ms, local. */
  now(): number;
}

/** An answer with status ≥ 400. */
export function refusedError(call: Call, answer: Answer, body: ErrorBody, { outcome }: Meaning): ZkscoreError {
  const facts = explain({ op: call.op, status: answer.status, body, ownKey: call.ownKey, origins: call.origins });
  const wait = comeBackMs(call, answer, body);
  return new ZkscoreError({
    ...facts,
    ...answerFacts(call, answer, body),
    what: `${call.op.doing} was refused (${endpointOf(call.op)})`,
    ...(wait === undefined
      ? {}
      : { retryAfterMs: wait, remedy: `${facts.remedy}; not before ${isoSecondsUp(call.now() + wait)}` }),
    outcome,
  });
}

/** A 1xx or 3xx. The redirect was not followed: the token must not go where a `Location` points. */
export function redirectError(call: Call, answer: Answer): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_CONFIG",
    what: `${call.op.doing} was answered with a redirect (${endpointOf(call.op)})`,
    why: `${call.origin} sends this request elsewhere; redirects are never followed, since the token would go along`,
    remedy: `Set ZKSCORE_BASE_URL or zkscore:baseUrl to the API's final address, with its path prefix; if it is right, the network's own login page (a captive portal) may stand in between${movedBaseUrl(call)}`,
    safe: "the token went only to the configured address",
    ...answerFacts(call, answer),
    outcome: "unknown",
  });
}

/** A success that can't be used. `where` names fields of our schema, never of the data. */
export function malformedError(call: Call, answer: Answer, where: string): ZkscoreError {
  const json = /^application\/(problem\+)?json\b/i.test(answer.contentType ?? "");
  const html = /^text\/html\b/i.test(answer.contentType ?? "");
  const kind = html ? " (text/html)" : json ? "" : " (not application/json)";
  return new ZkscoreError({
    code: "ZKS_MALFORMED",
    what: `${call.op.doing} got an answer that is not the API's${kind} (${endpointOf(call.op)})`,
    why: html || !json ? `${where}; probably a proxy or a wrong base URL, or a network's login page` : where,
    remedy: `Check ZKSCORE_BASE_URL or zkscore:baseUrl and any proxy in between; if they are right, the API has changed${movedBaseUrl(call)}`,
    ...answerFacts(call, answer),
    outcome: "unknown",
  });
}

/** No connection stood, so nothing of the request left this machine. */
export function unreachableError(call: Call, { why, remedy }: Unreachable): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_UNREACHABLE",
    what: `${call.op.doing} failed: no connection (${endpointOf(call.op)})`,
    why,
    remedy: `${remedy}${movedBaseUrl(call)}`,
    safe: "this request was not sent",
    outcome: "not-executed",
  });
}

/** The request was sent, and no usable answer came. `deadline`: the whole call's time was up, not just this attempt's. */
export function failureError(call: Call, failure: Omit<Failure, "unsent">, deadline: boolean): ZkscoreError {
  const code = failure.nodeCode === undefined ? "" : ` (${failure.nodeCode})`;
  const status = failure.status === undefined ? {} : { status: failure.status };
  if (deadline) return deadlineError(call, "unknown", status);
  if (failure.status === undefined && failure.nodeCode?.startsWith("HPE_") === true) {
    return new ZkscoreError({
      code: "ZKS_MALFORMED",
      what: `${call.op.doing} got an answer that is not HTTP/1.1 (${endpointOf(call.op)})`,
      why: `something else answers at ${call.origin}: another service, one that wants https, or one that speaks HTTP/2 only${code}`,
      remedy: `Check scheme, host and port of ZKSCORE_BASE_URL or zkscore:baseUrl, and any proxy in between${movedBaseUrl(call)}`,
      outcome: "unknown",
    });
  }
  return new ZkscoreError({
    code: "ZKS_INTERRUPTED",
    what: `${call.op.doing} was interrupted (${endpointOf(call.op)})`,
    why: failure.timedOut
      ? "the API didn't answer in time"
      : `the connection to ${call.origin} broke before the answer was complete${code}`,
    remedy: "Run the same command again",
    ...status,
    outcome: "unknown",
  });
}

/** The call's time is up. `not-executed`: before anything was sent. */
export function deadlineError(call: Call, outcome: Outcome, extra: Pick<ErrorFacts, "status"> = {}): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_DEADLINE",
    what: `${call.op.doing} took too long (${endpointOf(call.op)})`,
    why: `${call.origin} did not give a complete answer within this operation's deadline`,
    remedy: "Run the same command again; if it lasts, check the network and the API's status",
    ...extra,
    outcome,
  });
}

/** The engine that asked for this is gone, so nothing more is started on its behalf. */
export function engineGoneError(call: Call): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_ENGINE_GONE",
    what: `${call.op.doing} was not started (${endpointOf(call.op)})`,
    why: "the Pulumi engine that asked for it no longer runs, so nobody would record the result",
    remedy: "Run `pulumi cancel` if the stack is locked, then `pulumi up --refresh`",
    safe: "this request was not sent",
    outcome: "not-executed",
  });
}

/** A listing that contradicts itself. */
export function listingError(call: Call, why: string): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_LISTING",
    what: `${call.op.doing} gave a list that can't be trusted (${endpointOf(call.op)})`,
    why,
    remedy: "Run the same command again; if it lasts, check ZKSCORE_BASE_URL and any caching proxy in between",
    safe: "nothing was decided from this list",
  });
}

function movedBaseUrl({ origins }: Call): string {
  return ifCorrectedAlready("baseUrl", origins?.baseUrl);
}

/** Milliseconds the server wants us to wait; for a used-up quota that doesn't say, until the next UTC midnight. */
function comeBackMs(call: Call, answer: Answer, body: ErrorBody): number | undefined {
  const { retryAfter, date } = answer;
  const quota = isQuota({ status: answer.status, body });
  const limited = answer.status === 429 && !quota;
  const hints = { retryAfter, date, bodySeconds: body.retryAfterSeconds };
  const wait = retryAfterMs(limited ? { ...hints, rateLimitReset: answer.rateLimitReset } : hints, call.now());
  if (wait !== undefined || !quota) return wait;
  const day = 86_400_000;
  return day - ((body.serverTime ?? call.now()) % day);
}

function answerFacts(call: Call, answer: Answer, body?: ErrorBody) {
  // A 2xx may carry a key that was just issued: its answer's request id is held against that too.
  const issued =
    answer.status < 300
      ? (answer.text
          ?.slice(0, 65_536)
          .match(/zk_[\w-]{8,}/g)
          ?.slice(0, 100) ?? [])
      : [];
  const requestId = cleanRequestId(answer.requestId, [...call.secrets, ...issued]);
  const apiCode = cleanApiCode(body?.rawCode, call.secrets);
  return {
    status: answer.status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(apiCode === undefined ? {} : { apiCode }),
  };
}
