import { DAY_MS, iso, MINUTE_MS } from "../clock.ts";
import type { UsageBucket } from "../store/usage.ts";

interface Sum {
  requests: number;
  failed: number;
  bytes: number;
  latencyMsSum: number;
  latencyMsMax: number;
}

function sum(buckets: readonly UsageBucket[]): Sum {
  const total: Sum = { requests: 0, failed: 0, bytes: 0, latencyMsSum: 0, latencyMsMax: 0 };
  for (const bucket of buckets) {
    total.requests += bucket.requests;
    if (bucket.status >= 400) total.failed += bucket.requests;
    total.bytes += bucket.bytes;
    total.latencyMsSum += bucket.latencyMsSum;
    total.latencyMsMax = Math.max(total.latencyMsMax, bucket.latencyMsMax);
  }
  return total;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function group<K>(buckets: readonly UsageBucket[], by: (bucket: UsageBucket) => K): [K, Sum][] {
  return [...Map.groupBy(buckets, by)].map(([key, members]) => [key, sum(members)]);
}

function peak(buckets: readonly UsageBucket[], minutes: number): number {
  return Math.max(
    0,
    ...group(buckets, ({ minute }) => Math.floor(minute / minutes)).map(([, { requests }]) => requests),
  );
}

function shown({ requests, failed, bytes, latencyMsSum }: Sum): Record<string, number> {
  return {
    requests,
    successRate: ratio(requests - failed, requests) * 100,
    averageLatency: ratio(latencyMsSum, requests),
    dataTransferred: bytes,
  };
}

/** What the report is about; instants in epoch ms. */
export interface ReportScope {
  from: number;
  to: number;
  limit: number;
  offset: number;
  /** The key's or plan's limits; absent = none. */
  ceilings: Partial<Record<Window, number | undefined>>;
}

type Window = "requestsPerMinute" | "requestsPerHour" | "requestsPerDay";

/** A number for each window, from its length in minutes. */
function eachWindow(of: (length: number, name: Window) => number): Record<Window, number> {
  return {
    requestsPerMinute: of(1, "requestsPerMinute"),
    requestsPerHour: of(60, "requestsPerHour"),
    requestsPerDay: of(1440, "requestsPerDay"),
  };
}

/**
 * The documented usage report, computed from counted requests. `timeSeries` has one point a minute for a span of up to two
 * hours, one an hour up to a week, else one a day (assumed); `pagination` is that of `timeSeries` (assumed). Rates and
 * utilisation are percentages (assumed).
 */
export function usageReport(buckets: readonly UsageBucket[], scope: ReportScope): Record<string, unknown> {
  const total = sum(buckets);
  const first = buckets[0]?.minute ?? Math.floor(scope.to / MINUTE_MS);
  const span = scope.to - Math.max(scope.from, first * MINUTE_MS);
  const step = span <= 2 * 60 * MINUTE_MS ? 1 : span <= 7 * DAY_MS ? 60 : 24 * 60;
  const points = group(buckets, ({ minute }) => Math.floor(minute / step) * step);
  const failing = buckets.filter(({ status }) => status >= 400);
  const minutes = Math.max(1, span / MINUTE_MS);
  const current = eachWindow((length) => total.requests / Math.max(1, minutes / length));
  const peaks = eachWindow((length) => peak(buckets, length));
  const utilization = eachWindow((_, name) => ratio(peaks[name], scope.ceilings[name] ?? 0) * 100);
  return {
    usage: {
      totalRequests: total.requests,
      successfulRequests: total.requests - total.failed,
      failedRequests: total.failed,
      successRate: ratio(total.requests - total.failed, total.requests) * 100,
      averageLatency: ratio(total.latencyMsSum, total.requests),
      peakLatency: total.latencyMsMax,
      ...current,
      peakRequestsPerMinute: peaks.requestsPerMinute,
      peakRequestsPerHour: peaks.requestsPerHour,
      dataTransferred: total.bytes,
      averageDataPerRequest: ratio(total.bytes, total.requests),
    },
    timeSeries: points.slice(scope.offset, scope.offset + scope.limit).map(([minute, point]) => ({
      timestamp: iso(minute * MINUTE_MS),
      requests: point.requests,
      successfulRequests: point.requests - point.failed,
      failedRequests: point.failed,
      averageLatency: ratio(point.latencyMsSum, point.requests),
      peakLatency: point.latencyMsMax,
      dataTransferred: point.bytes,
    })),
    breakdown: {
      byEndpoint: group(buckets, ({ endpoint }) => endpoint).map(([endpoint, of]) => ({ endpoint, ...shown(of) })),
      byMethod: group(buckets, ({ method }) => method).map(([method, of]) => ({ method, ...shown(of) })),
      byStatusCode: group(buckets, ({ status }) => status).map(([statusCode, of]) => ({ statusCode, ...shown(of) })),
      byKey: group(buckets, ({ keyId }) => keyId).map(([keyId, of]) => ({ keyId, ...shown(of) })),
    },
    errors: {
      totalErrors: total.failed,
      errorRate: ratio(total.failed, total.requests) * 100,
      byType: group(failing, ({ status }) => errorType(status)).map(([type, of]) => ({
        type,
        count: of.requests,
        percentage: ratio(of.requests, total.failed) * 100,
        description: `answered ${type}`,
      })),
      byEndpoint: group(failing, ({ endpoint }) => endpoint).map(([endpoint, of]) => ({
        endpoint,
        count: of.requests,
      })),
      byStatusCode: group(failing, ({ status }) => status).map(([statusCode, of]) => ({
        statusCode,
        count: of.requests,
      })),
    },
    rateLimits: { current: { ...scope.ceilings }, usage: peaks, utilization },
    alerts: Object.entries(utilization)
      .filter(([, percent]) => percent >= 80)
      .map(([name, percent]) => ({
        type: "rate_limit",
        message: `${name} reached ${Math.round(percent)} % of its limit`,
        priority: percent >= 100 ? "high" : "medium",
        recommendation: "raise the limit or spread the load",
      })),
    pagination: {
      total: points.length,
      limit: scope.limit,
      offset: scope.offset,
      hasMore: scope.offset + scope.limit < points.length,
    },
  };
}

function errorType(status: number): string {
  if (status === 429) return "RATE_LIMIT_EXCEEDED";
  if (status === 403) return "FORBIDDEN";
  return status >= 500 ? "SERVER_ERROR" : "INVALID_PARAMETERS";
}
