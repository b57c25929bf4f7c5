import type { PlanLimits } from "../../provider/domain/plans.ts";
import { DAY_MS, iso } from "../clock.ts";
import { canonicalBlock } from "../contract/addresses.ts";
import type { Modes } from "../modes.ts";
import type { KeyRecord } from "../store/keyRow.ts";
import type { KeyCounters } from "../store/usage.ts";
import type { WebhookStats } from "../store/webhooks.ts";

/** What a key's answer needs beside the key. */
export interface RenderContext {
  modes: Modes;
  limits: PlanLimits;
  now: number;
  counters?: KeyCounters | undefined;
  webhookStats(id: string): WebhookStats;
}

/** A key as create and update answer it: without webhooks and metadata, which only the list has (documented). */
export function renderKey(key: KeyRecord, context: RenderContext): Record<string, unknown> {
  const { doc } = key;
  const { normalise, loose } = context.modes;
  return {
    id: key.id,
    name: normalise ? key.name.trim() : key.name,
    description: normalise ? (doc.description?.trim() ?? null) : (doc.description ?? null),
    permissions: normalise ? normalisePermissions(doc.permissions) : doc.permissions,
    rateLimit: normalise ? fillRateLimit(doc.rateLimit, context.limits) : (doc.rateLimit ?? null),
    status: key.status,
    createdAt: iso(key.createdAt),
    expiry: normalise && key.expiresAt !== null ? iso(key.expiresAt) : (doc.expiry ?? null),
    lastUsed: key.lastUsed === null ? null : iso(key.lastUsed),
    usage: {
      totalRequests: key.totalRequests,
      requestsToday: context.counters?.requestsToday ?? 0,
      requestsThisMonth: context.counters?.requestsThisMonth ?? 0,
    },
    ...(loose ? looseWords(doc) : {}),
    ...(normalise ? { updatedAt: iso(context.now), tier: "standard" } : {}),
  };
}

/** A key as the list answers it. */
export function renderListed(key: KeyRecord, context: RenderContext): Record<string, unknown> {
  const days = Math.max(1, Math.ceil((context.now - key.createdAt) / DAY_MS));
  return {
    ...renderKey(key, context),
    usage: {
      totalRequests: key.totalRequests,
      requestsToday: context.counters?.requestsToday ?? 0,
      requestsThisWeek: context.counters?.requestsThisWeek ?? 0,
      requestsThisMonth: context.counters?.requestsThisMonth ?? 0,
      averageRequestsPerDay: key.totalRequests / days,
      peakRequestsPerHour: context.counters?.peakRequestsPerHour ?? 0,
      lastRequestAt: key.lastUsed === null ? null : iso(key.lastUsed),
    },
    webhooks: renderWebhooks(key, context),
    ...renderMetadata(key.doc.metadata, context.modes.metadata),
  };
}

/** Webhooks with their counters; the secret is never shown. */
export function renderWebhooks(key: KeyRecord, context: RenderContext): Record<string, unknown>[] {
  const { normalise } = context.modes;
  const shown = key.doc.webhooks.map(({ id, url, events }) => {
    const stats = context.webhookStats(id);
    return {
      id,
      url: normalise ? (URL.parse(url)?.href ?? url) : url,
      events: normalise ? events.toReversed() : events,
      status: stats.failureCount > 0 && stats.failureCount === stats.deliveryCount ? "failing" : "active",
      lastDelivery: stats.lastDelivery === null ? null : iso(stats.lastDelivery),
      deliveryCount: stats.deliveryCount,
      failureCount: stats.failureCount,
    };
  });
  return normalise ? shown.toReversed() : shown;
}

function looseWords({ permissions, rateLimit }: KeyRecord["doc"]): Record<string, unknown> {
  return {
    permissions: permissions.map(({ restrictions: { identities, chains, ipWhitelist } = {}, ...rest }) => ({
      ...rest,
      restrictions: {
        identities: identities ?? null,
        chains: chains?.map((chain) => (/^\d+$/.test(chain) ? Number(chain) : chain)) ?? null,
        ipWhitelist: ipWhitelist ?? null,
      },
    })),
    rateLimit: rateLimit && Object.fromEntries(Object.entries(rateLimit).map(([name, limit]) => [name, String(limit)])),
  };
}

function normalisePermissions(permissions: KeyRecord["doc"]["permissions"]): unknown[] {
  return permissions.toReversed().map(({ resource, actions, restrictions }) => ({
    resource: resource.toUpperCase(),
    actions: actions.toReversed().map((action) => action.toUpperCase()),
    ...(restrictions === undefined
      ? { restrictions: null }
      : {
          restrictions: {
            ...(restrictions.identities && { identities: restrictions.identities.toReversed() }),
            ...(restrictions.chains && { chains: restrictions.chains.toReversed() }),
            ...(restrictions.ipWhitelist && { ipWhitelist: restrictions.ipWhitelist.map(canonicalBlock) }),
          },
        }),
    scope: "account",
  }));
}

function fillRateLimit(asked: KeyRecord["doc"]["rateLimit"], limits: PlanLimits): Record<string, number> {
  return {
    requestsPerMinute: asked?.requestsPerMinute ?? limits.requestsPerMinute ?? 1_000,
    requestsPerHour: asked?.requestsPerHour ?? limits.requestsPerHour ?? 60_000,
    requestsPerDay: asked?.requestsPerDay ?? limits.requestsPerDay ?? 1_000_000,
    burstLimit: asked?.burstLimit ?? 100,
  };
}

function renderMetadata(
  metadata: Record<string, unknown> | undefined,
  mode: Modes["metadata"],
): { metadata?: unknown } {
  if (mode === "drop") return {};
  const entries = Object.entries(metadata ?? {});
  if (mode === "reorder") return { metadata: Object.fromEntries(entries.toReversed()) };
  if (mode === "keep") return { metadata: metadata ?? {} };
  if ("capKeys" in mode) return { metadata: Object.fromEntries(entries.slice(0, mode.capKeys)) };
  const cut = (value: unknown): unknown => (typeof value === "string" ? value.slice(0, mode.capLength) : value);
  return { metadata: Object.fromEntries(entries.map(([name, value]) => [name, cut(value)])) };
}
