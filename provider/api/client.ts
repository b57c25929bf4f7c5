import type { Clock } from "../domain/clock.ts";
import type { Origins } from "../domain/origins.ts";
import { createResponse, revokeResponse, updateResponse, usageResponse } from "../domain/wire.ts";
import { parseBaseUrl } from "./baseUrl.ts";
import { remaining, within } from "./deadline.ts";
import { serverTime } from "./decode.ts";
import { deadlineError, malformedError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import { createListingStore } from "./listing.ts";
import { OPERATIONS } from "./operation.ts";
import { createLister, type OnPage } from "./pages.ts";
import { type ApiContext, pathOf, prepare, webhookSecrets } from "./prepare.ts";
import { createCallPolicy } from "./retry.ts";
import { createTransport } from "./transport.ts";
import type { KeyApi } from "./types.ts";
import { addKey, markRevoked, mergeKey, withWebhooks } from "./writes.ts";

/** How to reach one account of one deployment. */
export interface ClientOptions {
  /** Origin and path prefix, e.g. `https://api-mainnet.onzks.com/v1`. Refused at once if the token may not go there. */
  baseUrl: string;
  /** The management token. Missing is an error only when a request needs it, so a preview works without. */
  token: string | undefined;
  /** Where the two came from, for the words of errors. Default: not known. */
  origins?: Origins;
  clock: Clock;
  /** In [0, 1), for jitter. Default `Math.random`. */
  random?: () => number;
  /** Whether the engine that asked still runs; looked at before each write and while waiting. Default: always. */
  engineAlive?: () => Promise<boolean>;
  /** For one call with all its retries (a listing: all its pages). Milliseconds, default 120,000. */
  deadlineMs?: number;
  /** Requests an operation may send. Default 3. */
  attempts?: number;
  /** Called after each page of a listing. */
  onPage?: OnPage;
  userAgent?: string;
}

/** The API client of one run. `close` ends every connection; calls under way fail. */
export function createClient(options: ClientOptions): KeyApi & { close(): Promise<void> } {
  const base = parseBaseUrl(options.baseUrl, options.origins?.baseUrl);
  const policy = createCallPolicy({
    clock: options.clock,
    random: options.random ?? Math.random,
    engineAlive: options.engineAlive ?? (async () => true),
    attempts: options.attempts ?? 3,
    deadlineMs: options.deadlineMs ?? 120_000,
  });
  const connectTimeoutMs = Math.min(10_000, policy.deadlineMs / (policy.attempts + 1));
  const transport = createTransport(base, connectTimeoutMs, options.userAgent ?? "pulumi-zkscore");
  const context: ApiContext = { base, policy, transport, token: options.token?.trim(), origins: options.origins };
  const store = createListingStore(policy.clock, createLister(context, options.onPage));

  return {
    async create(body) {
      const { create } = OPERATIONS;
      const sent = prepare(context, create, create.template, { body, secrets: webhookSecrets(body) });
      const { value, answer } = await exchange({ ...sent, schema: createResponse });
      if (value.keyId !== value.key.id) {
        throw malformedError(sent.call, answer, "the fields `keyId` and `key.id` differ");
      }
      const created = {
        apiKey: value.apiKey,
        key: withWebhooks(value.key, value.webhooks),
        serverTime: serverTime(sent.call, answer, value.timestamp),
      };
      store.write(created.key.id, addKey(created.key, body));
      return created;
    },

    async list(mode) {
      // A caller may join a fetch that began before it; its own deadline still holds.
      const { call, deadline } = prepare(context, OPERATIONS.list, OPERATIONS.list.template);
      const listing = await within(remaining(policy.clock, deadline), mode === "fresh" ? store.fresh : store.shared);
      if (listing === undefined) throw deadlineError(call, "not-executed");
      return listing;
    },

    known: store.known,

    async revoke(keyId) {
      const path = pathOf(OPERATIONS.revoke, keyId);
      const { value } = await exchange<"revoked" | "gone">({
        ...prepare(context, OPERATIONS.revoke, path),
        schema: revokeResponse.transform(() => "revoked" as const),
        accept(answer, body, unknownBefore) {
          if (answer.status === 204) return "revoked";
          // Assumed: 404. A server that says "already revoked" with another 4xx means the same.
          const already = [400, 409, 422].includes(answer.status) && body?.topics.has("revoked") === true;
          if (answer.status !== 404 && answer.status !== 410 && !already) return undefined;
          // An earlier attempt may have done it. That is so only where this account is known to hold the key:
          // with a wrong token, a 503 and then a 404 would otherwise pass for a revocation.
          return unknownBefore && body?.fromApi === true && store.hasSeen(keyId) ? "revoked" : "gone";
        },
      });
      if (value === "revoked") store.write(keyId, markRevoked(keyId));
      return value;
    },

    async update(keyId, body) {
      const path = pathOf(OPERATIONS.update, keyId);
      const sent = prepare(context, OPERATIONS.update, path, { body, secrets: webhookSecrets(body) });
      const { value, answer } = await exchange({ ...sent, schema: updateResponse });
      if (value.key.id !== keyId)
        throw malformedError(sent.call, answer, "the field `key.id` is not the key asked for");
      serverTime(sent.call, answer, value.timestamp);
      const key = withWebhooks(value.key, value.webhooks);
      store.write(keyId, mergeKey(key, body));
      return key;
    },

    async usage(query, secret) {
      const search = new URLSearchParams();
      for (const name of ["keyId", "from", "to", "limit"] as const) {
        const value = query[name];
        if (value !== undefined) search.set(name, String(value));
      }
      const path = `${OPERATIONS.usage.template}${search.size === 0 ? "" : `?${search}`}`;
      const sent = prepare(context, OPERATIONS.usage, path, secret === undefined ? {} : { secret });
      const { value, answer } = await exchange({ ...sent, schema: usageResponse });
      serverTime(sent.call, answer, value.timestamp);
      return value;
    },

    close: () => transport.close(),
  };
}
