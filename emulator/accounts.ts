import { PLAN_LIMITS, type Plan, type PlanLimits } from "../provider/domain/plans.ts";
import type { KeyRecord } from "./store/keyRow.ts";
import { digest } from "./store/secrets.ts";

/** An account of the emulator, as an option. */
export interface AccountOptions {
  /** Its management token; generated when absent. */
  token?: string;
  /** Ceilings and the daily quota; default `enterprise`, which has none. */
  plan?: Plan;
  /** Overrides single limits of the plan. */
  limits?: PlanLimits;
  /** Requests a minute its management token may make; default 1,000,000. */
  requestsPerMinute?: number;
}

/** An account as the emulator holds it: the token as a digest. Its index is its identity across restarts. */
export interface Account {
  index: number;
  tokenHash: string;
  plan: Plan;
  limits: PlanLimits;
  requestsPerMinute: number;
}

export function account(options: AccountOptions & { token: string }, index: number): Account {
  const plan = options.plan ?? "enterprise";
  return {
    index,
    tokenHash: digest(options.token),
    plan,
    limits: { ...PLAN_LIMITS[plan], ...options.limits },
    requestsPerMinute: options.requestsPerMinute ?? 1_000_000,
  };
}

/** Who sent a request. */
export type Caller = { type: "management"; account: Account } | { type: "issued"; account: Account; key: KeyRecord };
