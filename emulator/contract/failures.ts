import type { Modes } from "../modes.ts";

/**
 * Every way the API says no. `code` is the name in the flat and SDK envelopes, `zks` the one of the errors page.
 * Assumed, and only here: `CONFLICT`, `NOT_FOUND`, `METHOD_NOT_ALLOWED`, `NOT_IMPLEMENTED`, `INTERNAL_ERROR`, and every
 * `zks` number outside 002 and 003. The other codes are documented; a quota has one documented code only.
 */
export const FAILURES = {
  invalidParameters: { status: 400, code: "INVALID_PARAMETERS", zks: "ZKS-001-001", text: "Invalid parameters" },
  invalidPermissions: { status: 400, code: "INVALID_PARAMETERS", zks: "ZKS-001-002", text: "Invalid permissions" },
  rateLimitTooHigh: { status: 400, code: "INVALID_PARAMETERS", zks: "ZKS-001-003", text: "Rate limit too high" },
  invalidWebhookUrl: { status: 400, code: "INVALID_PARAMETERS", zks: "ZKS-001-004", text: "Invalid webhook URL" },
  keyExists: { status: 409, code: "CONFLICT", zks: "ZKS-001-005", text: "API key already exists" },
  notFound: { status: 404, code: "NOT_FOUND", zks: "ZKS-001-006", text: "Not found" },
  methodNotAllowed: { status: 405, code: "METHOD_NOT_ALLOWED", zks: "ZKS-001-007", text: "Method not allowed" },
  unauthorized: { status: 401, code: "UNAUTHORIZED", zks: "ZKS-002-001", text: "Unauthorized" },
  invalidKey: { status: 401, code: "INVALID_API_KEY", zks: "ZKS-002-001", text: "Invalid API key" },
  expiredKey: { status: 401, code: "API_KEY_EXPIRED", zks: "ZKS-002-002", text: "API key expired" },
  forbidden: { status: 403, code: "FORBIDDEN", zks: "ZKS-002-003", text: "Insufficient permissions" },
  rateLimited: { status: 429, code: "RATE_LIMIT_EXCEEDED", zks: "ZKS-003-001", text: "Rate limit exceeded" },
  quota: { status: 429, code: "ZKS-003-002", zks: "ZKS-003-002", text: "Quota exceeded" },
  server: { status: 500, code: "INTERNAL_ERROR", zks: "ZKS-005-001", text: "Internal server error" },
  notImplemented: { status: 501, code: "NOT_IMPLEMENTED", zks: "ZKS-005-002", text: "Not implemented" },
} as const;
export type FailureKind = keyof typeof FAILURES;

/** Thrown where a request is refused; becomes an error answer. `reason` must not quote what the client sent as a value. */
export class ApiFailure extends Error {
  readonly kind: FailureKind;
  readonly details: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    kind: FailureKind,
    reason?: string,
    extra: { details?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(reason === undefined ? FAILURES[kind].text : `${FAILURES[kind].text}: ${reason}`);
    this.kind = kind;
    this.details = extra.details ?? {};
    this.headers = extra.headers ?? {};
  }
}

/** A 429 with `Retry-After` and `details.retryAfter`, in whole seconds, at least one. */
export function tooMany(kind: "rateLimited" | "quota", waitMs: number, reason: string): ApiFailure {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new ApiFailure(kind, reason, {
    details: { retryAfter: seconds },
    headers: { "Retry-After": String(seconds) },
  });
}

/** One error in the chosen envelope. */
export function errorBody(
  shape: Modes["errorShape"],
  { kind, message, details }: ApiFailure,
  statusCode: number,
  timestamp: string,
): Record<string, unknown> {
  const { code, zks } = FAILURES[kind];
  if (shape === "sdk") return { code, message, details, statusCode, timestamp };
  return { success: false, error: shape === "zks" ? zks : code, message, timestamp };
}

/** The failure that best names a status, for faults that only give a number. */
export function kindOfStatus(status: number): FailureKind {
  const known: Partial<Record<number, FailureKind>> = {
    400: "invalidParameters",
    401: "unauthorized",
    403: "forbidden",
    404: "notFound",
    405: "methodNotAllowed",
    409: "keyExists",
    429: "rateLimited",
    501: "notImplemented",
  };
  return known[status] ?? "server";
}
