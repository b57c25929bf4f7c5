/*
 * What the account's functions answer. Written out, not derived from the schemas that parse the answers: a program's
 * compiler would have to read the schema library's declarations, too.
 */

/** A key of the account, without its secret (which no call can give). */
export interface AccountKey {
  id: string;
  name: string;
  /** `active`, `inactive`, `expired` or `revoked`; as the API says it. */
  status: string;
  /** ISO 8601. */
  createdAt: string;
  permissions: AccountPermission[];
  description?: string;
  /** When the key ends (ISO 8601); absent = never. */
  expiry?: string;
  /** ISO 8601; absent = never used. */
  lastUsed?: string;
  totalRequests?: number;
}

/** One grant, as the API says it: the words of `Permission`, or ones that this package doesn't know. */
export interface AccountPermission {
  resource: string;
  actions: string[];
  /** Absent or null = unrestricted. */
  restrictions?: AccountRestrictions | null | undefined;
  [field: string]: unknown;
}

export interface AccountRestrictions {
  /** Identities such as `alice.zks`. */
  identities?: string[] | undefined;
  /** Chain ids or names. */
  chains?: string[] | undefined;
  /** Addresses or CIDR blocks. */
  ipWhitelist?: string[] | undefined;
  [field: string]: unknown;
}

/**
 * Usage of a key or an account. What is checked has a type; what else the API sends is passed on as it came, as `unknown`.
 * Source: page *Get Usage*.
 */
export interface UsageReport {
  success: true;
  usage: UsageTotals;
  /** Requests over time. */
  timeSeries?: UsagePoint[] | undefined;
  breakdown?: UsageBreakdown | undefined;
  pagination?: UsagePagination | undefined;
  /** The server's time (ISO 8601). */
  timestamp: string;
  [field: string]: unknown;
}

export interface UsageTotals {
  totalRequests: number;
  successfulRequests?: number | undefined;
  failedRequests?: number | undefined;
  [field: string]: unknown;
}

export interface UsagePoint {
  /** When the span starts (ISO 8601). */
  timestamp: string;
  requests: number;
  [field: string]: unknown;
}

export interface UsageBreakdown {
  byEndpoint?: EndpointUsage[] | undefined;
  [field: string]: unknown;
}

export interface EndpointUsage {
  endpoint: string;
  requests: number;
  [field: string]: unknown;
}

/** Which part of a list this is. */
export interface UsagePagination {
  total: number;
  limit: number;
  offset: number;
  hasMore: boolean;
  [field: string]: unknown;
}
