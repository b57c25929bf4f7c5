import { z } from "zod";
import {
  createResponse,
  listResponse,
  revokeResponse,
  updateResponse,
  usageResponse,
  wireKey,
  wireKeyUsage,
  wirePermission,
  wireRateLimit,
  wireWebhook,
} from "../../provider/domain/wire.ts";
import { createBody, updateBody } from "./requests.ts";

/**
 * The whole contract: the shared wire schemas, which require only what the provider acts on, with the documented fields
 * that it doesn't act on. Kept out of `wire.ts`, so that a server that renders one of those differently breaks no client.
 */
const webhook = wireWebhook.extend({
  lastDelivery: z.string().nullable().optional(),
  deliveryCount: z.int().optional(),
  failureCount: z.int().optional(),
});

const key = wireKey.extend({ webhooks: z.array(webhook).nullish() });

const perWindow = z.looseObject({
  requestsPerMinute: z.number().optional(),
  requestsPerHour: z.number().optional(),
  requestsPerDay: z.number().optional(),
});

const counted = { requests: z.int(), successRate: z.number(), averageLatency: z.number(), dataTransferred: z.number() };

/** The documented usage report in full. */
const usageReport = usageResponse.extend({
  usage: perWindow.extend({
    totalRequests: z.int(),
    successfulRequests: z.int(),
    failedRequests: z.int(),
    successRate: z.number(),
    averageLatency: z.number(),
    peakLatency: z.number(),
    peakRequestsPerMinute: z.int(),
    peakRequestsPerHour: z.int(),
    dataTransferred: z.number(),
    averageDataPerRequest: z.number(),
  }),
  timeSeries: z.array(
    z.object({
      timestamp: z.string(),
      requests: z.int(),
      successfulRequests: z.int(),
      failedRequests: z.int(),
      averageLatency: z.number(),
      peakLatency: z.number(),
      dataTransferred: z.number(),
    }),
  ),
  breakdown: z.object({
    byEndpoint: z.array(z.object({ endpoint: z.string(), ...counted })),
    byMethod: z.array(z.object({ method: z.string(), ...counted })),
    byStatusCode: z.array(z.object({ statusCode: z.int(), ...counted })),
    byKey: z.array(z.object({ keyId: z.string(), ...counted })),
  }),
  errors: z.object({
    totalErrors: z.int(),
    errorRate: z.number(),
    byType: z.array(z.object({ type: z.string(), count: z.int(), percentage: z.number(), description: z.string() })),
    byEndpoint: z.array(z.object({ endpoint: z.string(), count: z.int() })),
    byStatusCode: z.array(z.object({ statusCode: z.int(), count: z.int() })),
  }),
  rateLimits: z.object({ current: perWindow, usage: perWindow, utilization: perWindow }),
  alerts: z.array(
    z.object({ type: z.string(), message: z.string(), priority: z.string(), recommendation: z.string() }),
  ),
});

const summary = z.object({
  totalKeys: z.int(),
  activeKeys: z.int(),
  inactiveKeys: z.int(),
  expiredKeys: z.int(),
  revokedKeys: z.int(),
  totalRequests: z.int(),
  requestsToday: z.int(),
  averageRequestsPerKey: z.number(),
});

/** The flat envelope (documented); `error` is a word or, on the errors page, a `ZKS-…` number. */
const flatError = z.object({
  success: z.literal(false),
  error: z.string(),
  message: z.string(),
  timestamp: z.string(),
});

/** The envelope of the SDK page (documented). */
const sdkError = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
  statusCode: z.int(),
  timestamp: z.string(),
});

/** The schemas by the names they have in the OpenAPI document. */
export const SCHEMAS = {
  Permission: wirePermission,
  RateLimit: wireRateLimit,
  KeyUsage: wireKeyUsage,
  Webhook: webhook,
  Key: key,
  CreateRequest: createBody,
  CreateResponse: createResponse.extend({ key, webhooks: z.array(webhook).nullish() }),
  UpdateRequest: updateBody,
  UpdateResponse: updateResponse.extend({ key, webhooks: z.array(webhook).nullish() }),
  RevokeResponse: revokeResponse,
  ListResponse: listResponse.extend({ keys: z.array(key), summary: summary.optional() }),
  UsageResponse: usageReport,
  FlatError: flatError,
  SdkError: sdkError,
} as const;
