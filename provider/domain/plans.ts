/**
 * Ceilings and creation quotas by plan. The reference contradicts itself on request ceilings (three pages,
 * three tables), so this table is the only place that knows them and every number can be overridden by
 * configuration (`zkscore:planLimits`). Creation quotas are documented on one page, without contradiction.
 */
export interface PlanLimits {
  /** Requests a minute; absent = no ceiling known. */
  requestsPerMinute?: number;
  /** Requests an hour; documented for `free` only. */
  requestsPerHour?: number;
  /** Requests a day. */
  requestsPerDay?: number;
  /** Keys that may be created in a day; absent = custom. */
  keysPerDay?: number;
}

export const PLANS = ["free", "starter", "professional", "enterprise"] as const;
export type Plan = (typeof PLANS)[number];

export const PLAN_LIMITS: Readonly<Record<Plan, PlanLimits>> = {
  free: { requestsPerMinute: 60, requestsPerHour: 1_000, requestsPerDay: 10_000, keysPerDay: 5 },
  starter: { requestsPerMinute: 300, requestsPerDay: 100_000, keysPerDay: 20 },
  professional: { requestsPerMinute: 1_000, requestsPerDay: 1_000_000, keysPerDay: 100 },
  enterprise: {},
};
