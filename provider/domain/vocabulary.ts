/**
 * The words of the ZKScore key API that are documented as closed sets, and the ones that are not.
 * Source: pages "Create API Key" and "Webhooks" of the public reference.
 */

/** Resources a permission can name (documented, closed). `all` stands for every one of them. */
export const RESOURCES = ["identity", "scores", "achievements", "trading", "trust", "attestations", "all"] as const;
export type Resource = (typeof RESOURCES)[number];

/** Actions a permission can grant (documented, closed). `all` stands for every one of them. */
export const ACTIONS = ["read", "write", "delete", "all"] as const;
export type Action = (typeof ACTIONS)[number];

/** The limits of a key (documented). */
export const RATE_LIMITS = ["requestsPerMinute", "requestsPerHour", "requestsPerDay", "burstLimit"] as const;

/**
 * Webhook events the reference names. Its pages list different subsets, so the set is open:
 * an event that is not here is a warning, never an error.
 */
export const WEBHOOK_EVENTS = [
  "score.updated",
  "score.calculated",
  "score.breakdown.updated",
  "achievement.claimed",
  "achievement.progress.updated",
  "achievement.created",
  "achievement.earned",
  "identity.minted",
  "identity.created",
  "identity.activated",
  "identity.updated",
  "attestation.created",
  "attestation.revoked",
  "attestation.verified",
] as const;

/** States of a key. Assumed: the reference only shows `active` and counts the other three. */
export const KEY_STATUSES = ["active", "inactive", "expired", "revoked"] as const;

/** Where the documented API lives; the `/v1` prefix is part of the base URL (guide pages write `/api/v1`). */
export const DEFAULT_BASE_URL = "https://api-mainnet.onzks.com/v1";

/** The domain of the documented API and of its other deployments. */
export const API_DOMAIN = "onzks.com";
