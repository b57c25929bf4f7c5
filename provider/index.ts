/**
 * ZKScore API keys as Pulumi resources. `ApiKey` is the resource; `getApiKeys` and `getUsage` read the account;
 * every failure of theirs is a `ZkscoreError` with code, cause and remedy.
 */
export { type ErrorCode, ZkscoreError } from "./domain/errors.ts";
export type { Action, Resource } from "./domain/vocabulary.ts";
export { getApiKeys, getUsage } from "./functions.ts";
export type {
  AccountKey,
  AccountPermission,
  AccountRestrictions,
  EndpointUsage,
  UsageBreakdown,
  UsagePagination,
  UsagePoint,
  UsageReport,
  UsageTotals,
} from "./resources/account.ts";
export { ApiKey } from "./resources/apiKey.ts";
export type {
  AdoptArgs,
  ApiKeyArgs,
  LifeStatus,
  Permission,
  PermissionArgs,
  RateLimit,
  RateLimitArgs,
  RestrictionsArgs,
  RetiredKey,
  RotationArgs,
  WebhookArgs,
} from "./resources/args.ts";
