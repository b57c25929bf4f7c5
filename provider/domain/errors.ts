import { oneLine } from "./shown.ts";

/**
 * The one error of this package. Its text is written for the person who reads a CI log at 2 a.m.: what happened to
 * which key, why, what to do now, what is already safe. It is built from an allow-list (codes, status, request id,
 * key ids and names, field paths), never from a request, a response or a caught error, so a secret cannot get in. Each part
 * is one line, whatever stands in it.
 */
export interface ErrorFacts {
  /** Stable, upper-case, for programs: ours (`ZKS_…`) or the API's own (`RATE_LIMIT_EXCEEDED`). */
  code: ErrorCode;
  /** What happened, to which key. One sentence, no full stop needed. */
  what: string;
  /** Why it happened. */
  why: string;
  /** What the reader can do now. */
  remedy: string;
  /** What is already safe or unchanged, where that isn't obvious. */
  safe?: string;
  /** HTTP status, when an answer was received. */
  status?: number;
  /** Request id of the answer (`x-request-id`), when there was one. */
  requestId?: string;
  /**
   * Whether the request took effect: `rejected` = the server said no; `not-executed` = it surely never ran;
   * `unknown` = it may have. Only a POST needs the distinction.
   */
  outcome?: Outcome;
  /** Milliseconds the server asked to wait, when it did. */
  retryAfterMs?: number;
}

export type Outcome = "rejected" | "not-executed" | "unknown";

/** Codes of this package. The API's own code, when one came, is in {@link ZkscoreError.apiCode}. */
export type ErrorCode =
  | "ZKS_CONFIG" // a setting is missing or malformed
  | "ZKS_INPUT" // a field of the program is wrong
  | "ZKS_UNAUTHORIZED" // 401
  | "ZKS_FORBIDDEN" // 403
  | "ZKS_NOT_FOUND" // 404
  | "ZKS_CONFLICT" // 409: a live key has that name
  | "ZKS_INVALID" // 400: permissions, rate limit, webhook URL, …
  | "ZKS_RATE_LIMITED" // 429
  | "ZKS_QUOTA" // 429 / 403: the day's creation quota is used up
  | "ZKS_SERVER" // 5xx
  | "ZKS_UNREACHABLE" // refused, DNS, TLS
  | "ZKS_INTERRUPTED" // reset, closed, timed out after the request was sent
  | "ZKS_DEADLINE" // our own deadline
  | "ZKS_MALFORMED" // an answer that isn't the contract's
  | "ZKS_LISTING" // a listing that can't be trusted (incomplete, looping, changing)
  | "ZKS_WRONG_ACCOUNT" // the account or deployment is not the one the key lives in
  | "ZKS_UNREAD" // the run hasn't read the state, and would need to
  | "ZKS_CLOCK" // this machine's clock and the API's disagree on whether a key is due
  | "ZKS_NO_UPDATE" // the deployment has no PATCH
  | "ZKS_PREVENTED" // deletionPolicy: prevent
  | "ZKS_UNFINISHED" // the key is there, something after it isn't done
  | "ZKS_WIDER" // the account shows a key that may do more than was asked
  | "ZKS_ENGINE_GONE"; // the engine that asked for this no longer runs

const BRAND = Symbol.for("pulumi-zkscore.error");

export class ZkscoreError extends Error {
  readonly code: ErrorCode;
  /** The API's own code (`ZKS-002-001`, `INVALID_PARAMETERS`), cleaned: letters, digits, `_`, `-`, at most 64. */
  readonly apiCode: string | undefined;
  readonly why: string;
  readonly remedy: string;
  readonly safe: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly outcome: Outcome;
  readonly retryAfterMs: number | undefined;

  constructor(given: ErrorFacts & { apiCode?: string }) {
    const facts = {
      ...given,
      what: oneLine(given.what),
      why: oneLine(given.why),
      remedy: oneLine(given.remedy),
      ...(given.safe === undefined ? {} : { safe: oneLine(given.safe) }),
    };
    super(format(facts));
    this.name = "ZkscoreError";
    this.code = facts.code;
    this.apiCode = facts.apiCode;
    this.why = facts.why;
    this.remedy = facts.remedy;
    this.safe = facts.safe;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.outcome = facts.outcome ?? "rejected";
    this.retryAfterMs = facts.retryAfterMs;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for an error of any copy of this package (ES module, CommonJS, two versions). */
  static is(value: unknown): value is ZkscoreError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

function format(f: ErrorFacts & { apiCode?: string }): string {
  const facts = [
    f.code,
    f.status === undefined ? undefined : `HTTP ${f.status}`,
    f.apiCode,
    f.requestId === undefined ? undefined : `request ${f.requestId}`,
  ].filter((part) => part !== undefined);
  const lines = [`${f.what} [${facts.join(", ")}]`, `  cause:  ${f.why}`, `  remedy: ${f.remedy}`];
  if (f.safe !== undefined) lines.push(`  safe:   ${f.safe}`);
  return lines.join("\n");
}
