import type { ExportedState, StateKey } from "../../cli/exportedState.ts";
import { cleaned } from "../../cli/report/clean.ts";
import type { ReportData } from "../../cli/report/data.ts";
import type { Gathered } from "../../cli/report/gather.ts";
import { judge } from "../../cli/report/judge.ts";
import { modelOf } from "../../cli/report/model.ts";
import type { Listing, RemoteKey } from "../../provider/api/types.ts";
import { encodeMarker, KEY_TYPE, ownerOf } from "../../provider/domain/marker.ts";
import type { UsageResponse } from "../../provider/domain/wire.ts";

export const NOW = Date.parse("2026-11-26T09:30:00Z");
export const DAY = 86_400_000;
const WATCHED = 45;
const FROM = Math.floor(NOW / DAY) * DAY - (WATCHED - 1) * DAY;

export const at = (days: number) => `${new Date(NOW + days * DAY).toISOString().slice(0, 19)}Z`;

/** A key as the account lists it, in use, unless said otherwise. */
export function remote(id: string, more: Partial<RemoteKey> = {}): RemoteKey {
  return {
    id,
    name: id,
    permissions: [{ resource: "scores", actions: ["read"] }],
    status: "active",
    createdAt: at(-60),
    lastUsed: at(-1),
    usage: { totalRequests: 1 },
    ...more,
  };
}

export function listingOf(keys: readonly RemoteKey[], complete = true): Listing {
  return { keys: new Map(keys.map((key) => [key.id, key])), serverTime: NOW, fetchedAt: 0, complete };
}

/** Usage by day, oldest first, all of it at the endpoints given. */
export function usageOf(days: readonly number[], endpoints: readonly string[] = ["GET /scores/:id"]): UsageResponse {
  const total = days.reduce((sum, one) => sum + one, 0);
  const share = Math.floor(total / endpoints.length);
  return {
    success: true,
    usage: { totalRequests: total },
    timeSeries: days.map((requests, day) => ({ timestamp: new Date(FROM + day * DAY).toISOString(), requests })),
    breakdown: {
      byEndpoint: endpoints.map((endpoint, index) => ({
        endpoint,
        requests: index === 0 ? total - share * (endpoints.length - 1) : share,
      })),
    },
    timestamp: at(0),
  };
}

export function gatheredOf(
  keys: readonly RemoteKey[],
  states: readonly ExportedState[] = [],
  usage: ReadonlyMap<string, UsageResponse> = new Map(),
  complete = true,
): Gathered {
  const account = {
    endpoint: "https://api-mainnet.onzks.com/v1",
    listing: listingOf(keys, complete),
    usage: { from: FROM, byKey: usage },
  };
  return { now: NOW, states, account };
}

export async function dataOf(gathered: Gathered, secrets: readonly string[] = []): Promise<ReportData> {
  return cleaned(modelOf(gathered, await judge(gathered)), secrets);
}

export const IDENTITY = "identity-of-shop-prod";

/** A key as an exported state has it. */
export function stateKey(keyId: string, name: string, more: Partial<StateKey> = {}, stack = "prod"): StateKey {
  const urn = `urn:pulumi:${stack}::shop::${KEY_TYPE}::${name}`;
  const { outputs, ...rest } = more;
  return {
    keyId,
    urn,
    pendingDelete: false,
    previous: [],
    options: { protect: false, additionalSecretOutputs: ["apiKey", "webhooks"] },
    ...rest,
    outputs: {
      keyId,
      apiKey: "[secret]",
      permissions: rest.permissions ?? [{ resource: "scores", actions: ["read"] }],
      ownership: { identity: IDENTITY, owner: ownerOf(IDENTITY, urn), project: "shop", stack, name },
      ...outputs,
    },
  };
}

export function stateOf(keys: readonly StateKey[], stack = "prod"): ExportedState {
  return {
    stack: `shop/${stack}`,
    writtenAt: NOW - 3_600_000,
    keys: [...keys],
    identities: new Set([IDENTITY]),
    pendingOwners: new Set(),
    pendingIds: new Set(),
  };
}

export function markOf(
  name: string,
  more: { stack?: string; retires?: { keyId: string; revokeAfter: string }[] } = {},
) {
  const { stack = "prod", retires = [] } = more;
  const urn = `urn:pulumi:${stack}::shop::${KEY_TYPE}::${name}`;
  const owner = ownerOf(IDENTITY, urn);
  return encodeMarker({
    project: "shop",
    stack,
    name,
    identity: IDENTITY,
    owner,
    attempt: "0a0b0c0d",
    retires,
    keep: false,
  });
}

const APPS = [
  "backend",
  "badge-reader",
  "indexer",
  "trust-sync",
  "payout",
  "kiosk",
  "analytics",
  "partner-acme",
  "attestor",
  "mint",
];
const RESOURCES = ["identity", "scores", "achievements", "trading", "trust", "attestations"];

/** An account of so many keys that shows everything a report can show, the same each time. */
export function sampleAccount(count: number): Gathered {
  const random = generator(count);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T; // never empty
  const keys: RemoteKey[] = [];
  const inState: StateKey[] = [];
  const usage = new Map<string, UsageResponse>();
  for (let n = 0; n < count; n++) {
    const app = `${pick(APPS)}${count > APPS.length ? `-${n}` : ""}`;
    const id = `key_${(n * 7919 + 4096).toString(16).padStart(6, "0")}`;
    const wide = n % 11 === 2;
    const writes = random() < 0.35;
    const main = pick(RESOURCES);
    const other = pick(RESOURCES);
    const restrictions = {
      ...(random() < 0.7
        ? { ipWhitelist: ["203.0.113.0/28", "198.51.100.7"].slice(0, 1 + Math.floor(random() * 2)) }
        : {}),
      ...(random() < 0.3 ? { chains: ["998899"] } : {}),
      ...(random() < 0.15 ? { identities: ["alice.zks", "bob.zks"] } : {}),
    };
    const permissions = wide
      ? [{ resource: random() < 0.4 ? "all" : main, actions: ["all"] }]
      : [
          { resource: main, actions: writes ? ["read", "write"] : ["read"], restrictions },
          ...(other === main ? [] : [{ resource: other, actions: ["read"], restrictions }]),
        ];
    const born = -Math.floor(random() * 80) - 1;
    const foreign = n % 7 === 5;
    const orphan = n % 29 === 17;
    const never = n % 13 === 6;
    const idle = !never && n % 17 === 8;
    const expiry = foreign && random() < 0.6 ? undefined : at(pick([4, 12, 25, 40, 55, 70, 85, 120]));
    const old = `${id}0`;
    const overlaps = n % 19 === 1;
    const metadata = {
      ...(foreign
        ? {}
        : markOf(app, overlaps ? { retires: [{ keyId: old, revokeAfter: at(0.4 + random() * 3) }] } : {})),
      ...(random() < 0.6
        ? { owner: pick(["team-scores", "team-trust", "platform", "finance"]), purpose: "its job" }
        : {}),
    };
    const created = orphan ? -70 : born;
    const key = remote(id, {
      name: foreign
        ? `${pick(["old script", "Grafana (do not delete)", "tmp", "import 2025", "test key"])} ${n}`
        : `${app}-${id.slice(-4)}ab12`,
      description: random() < 0.7 ? `Used by ${app}.` : null,
      permissions,
      createdAt: at(created),
      metadata,
      ...(random() < 0.8 ? { rateLimit: { requestsPerMinute: pick([60, 300, 600]) } } : {}),
      ...(expiry === undefined ? {} : { expiry }),
      lastUsed: never ? null : idle ? at(-50 - random() * 20) : at(-random() * 4),
      usage: { totalRequests: never ? 0 : 1000 },
      status: n % 41 === 40 ? "inactive" : "active",
    });
    keys.push(key);
    if (!never) {
      const level = idle ? 0 : 10 ** (1 + random() * 3.5);
      const days = Array.from({ length: WATCHED }, (_, day) => {
        if (day < WATCHED + created) return 0;
        const weekend = [5, 6].includes((day + 3) % 7) ? 0.4 : 1;
        return Math.round(level * weekend * (0.7 + random() * 0.6));
      });
      const touched = wide || random() < 0.6 ? [main, other] : [main];
      usage.set(
        id,
        usageOf(
          days,
          touched.map((resource) => `GET /${resource}/:id`),
        ),
      );
    }
    if (foreign || orphan) continue;
    const previous = overlaps ? [{ keyId: old, revokeAfter: at(0.4 + (n % 5) * 0.6) }] : [];
    if (overlaps)
      keys.push(
        remote(old, {
          name: `${app}-0ld0${old.slice(-4)}`,
          permissions,
          createdAt: at(-90),
          ...(expiry === undefined ? {} : { expiry: at(6) }),
          metadata: markOf(app),
        }),
      );
    inState.push(
      stateKey(id, app, {
        name: key.name,
        permissions: permissions as NonNullable<StateKey["permissions"]>,
        previous,
        ...(random() < 0.75 ? { rotateAt: at(Math.max(born + 58 + (n % 9), -4)) } : {}),
        outputs: {
          createdAt: key.createdAt,
          expiry,
          rotation: { every: "60d", overlap: "24h" },
          metadata,
          description: key.description ?? undefined,
        },
      }),
    );
  }
  if (count > 5) inState.push(stateKey("key_gone01", "lost", { name: "lost-1a2b3c4d" }));
  return gatheredOf(keys, [stateOf(inState)], usage);
}

/** mulberry32: the same numbers for the same seed, everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
