import { z } from "zod";

/**
 * The wire contract: what goes over the line, as zod schemas. The client parses answers with them, the emulator
 * parses requests and builds its OpenAPI document from them. Answers are parsed *loosely*: only what the provider
 * acts on is required, unknown fields are dropped, and anything missing becomes a typed error, never a guess.
 *
 * What the reference documents, contradicts or leaves open is marked D, C or A.
 */

/** What a server may say otherwise: null for a list that isn't there, a chain's id as the number it is, a number as text. */
const list = z.preprocess((given) => given ?? undefined, z.array(z.string()).optional());
const chains = z.preprocess(
  (given) =>
    Array.isArray(given) ? given.map((one: unknown) => (typeof one === "number" ? String(one) : one)) : given,
  list,
);
const limit = z.preprocess(
  (given) => (typeof given === "string" && /^\d{1,15}$/.test(given) ? Number(given) : given),
  z.number().nullish(),
);

/** `restrictions` of a permission (D). `ipWhitelist`: addresses or CIDR blocks, v4 or v6 (A). */
export const wireRestrictions = z.looseObject({ identities: list, chains, ipWhitelist: list });

/** One entry of `permissions` (D). Kept as plain strings: a server may answer with names we don't know. */
export const wirePermission = z.looseObject({
  resource: z.string(),
  actions: z.array(z.string()),
  restrictions: wireRestrictions.nullish(),
});

/** `rateLimit` (D): all numbers; a server may fill in what was not asked for. */
export const wireRateLimit = z.looseObject({
  requestsPerMinute: limit,
  requestsPerHour: limit,
  requestsPerDay: limit,
  burstLimit: limit,
});

/** A webhook as answered (D): never with its secret. */
export const wireWebhook = z.looseObject({
  id: z.string().optional(),
  url: z.string(),
  events: z.array(z.string()),
  status: z.string().optional(),
});

/** `usage` of a key (D). */
export const wireKeyUsage = z.looseObject({
  totalRequests: z.number(),
  requestsToday: z.number().optional(),
  requestsThisWeek: z.number().optional(),
  requestsThisMonth: z.number().optional(),
  averageRequestsPerDay: z.number().optional(),
  peakRequestsPerHour: z.number().optional(),
  lastRequestAt: z.string().nullish(),
});

/** A key as create, update and list answer it (D). `metadata` and `webhooks` are in the list only (D). */
export const wireKey = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  description: z.string().nullish(),
  permissions: z.array(wirePermission),
  rateLimit: wireRateLimit.nullish(),
  status: z.string(),
  createdAt: z.string(),
  expiry: z.string().nullish(),
  lastUsed: z.string().nullish(),
  usage: wireKeyUsage.nullish(),
  webhooks: z.array(wireWebhook).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type WireKey = z.infer<typeof wireKey>;

/** 201 of `POST /developer/keys` (D). `apiKey` is the secret, shown here and never again. */
export const createResponse = z.looseObject({
  success: z.literal(true),
  apiKey: z.string().min(1),
  /** It becomes the resource's id, which Pulumi prints as it is. */
  keyId: z.string().regex(/^[!-~]+$/),
  key: wireKey,
  webhooks: z.array(wireWebhook).nullish(),
  timestamp: z.string(),
});

/** 200 of `PATCH /developer/keys/{keyId}` (A wholly). */
export const updateResponse = z.looseObject({
  success: z.literal(true),
  key: wireKey,
  webhooks: z.array(wireWebhook).nullish(),
  timestamp: z.string(),
});

/** 200 of `DELETE /developer/keys/{keyId}` (A). */
export const revokeResponse = z.looseObject({
  success: z.literal(true),
  timestamp: z.string().optional(),
});

/** `pagination` of every list (D). */
export const wirePagination = z.looseObject({
  total: z.number().int().nonnegative(),
  limit: z.number().int().positive(),
  offset: z.number().int().nonnegative(),
  hasMore: z.boolean(),
});

/** 200 of `GET /developer/keys` (D); `summary` is documented and not acted on. */
export const listResponse = z.looseObject({
  success: z.literal(true),
  keys: z.array(wireKey),
  pagination: wirePagination,
  timestamp: z.string(),
});
export type ListResponse = z.infer<typeof listResponse>;

/** Request body of create (D): exactly these fields. */
export const createRequest = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  permissions: z.array(
    z.strictObject({
      resource: z.string(),
      actions: z.array(z.string()),
      restrictions: z
        .strictObject({
          identities: z.array(z.string()).optional(),
          chains: z.array(z.string()).optional(),
          ipWhitelist: z.array(z.string()).optional(),
        })
        .optional(),
    }),
  ),
  rateLimit: z
    .strictObject({
      requestsPerMinute: z.number().optional(),
      requestsPerHour: z.number().optional(),
      requestsPerDay: z.number().optional(),
      burstLimit: z.number().optional(),
    })
    .optional(),
  expiry: z.string().optional(),
  webhooks: z
    .array(z.strictObject({ url: z.string(), events: z.array(z.string()), secret: z.string().optional() }))
    .optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type CreateRequest = z.infer<typeof createRequest>;

/** Request body of update (A): any of the fields of create but `expiry`. */
export const updateRequest = createRequest.omit({ expiry: true }).partial();
export type UpdateRequest = z.infer<typeof updateRequest>;

/** 200 of `GET /developer/usage` (D). Only the counts are required; the rest is passed on as it came. */
export const usageResponse = z.looseObject({
  success: z.literal(true),
  usage: z.looseObject({
    totalRequests: z.number(),
    successfulRequests: z.number().optional(),
    failedRequests: z.number().optional(),
  }),
  timeSeries: z.array(z.looseObject({ timestamp: z.string(), requests: z.number() })).optional(),
  breakdown: z
    .looseObject({
      byEndpoint: z.array(z.looseObject({ endpoint: z.string(), requests: z.number() })).optional(),
    })
    .optional(),
  pagination: wirePagination.optional(),
  timestamp: z.string(),
});
export type UsageResponse = z.infer<typeof usageResponse>;
