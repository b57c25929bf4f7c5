import { randomBytes } from "node:crypto";
import { hasName, markerOf } from "../../provider/api/keyStatus.ts";
import type { RemoteKey } from "../../provider/api/types.ts";
import { instantMs, isoSeconds } from "../../provider/domain/instant.ts";
import type { CreateRequest } from "../../provider/domain/wire.ts";

const HOUR_MS = 3_600_000;
const PREFIX = "zkscore-probe-";
/** The field of a probe key's metadata that names its probe. Not `pulumi:`: it is no stack's key. */
export const MARK = "zkscore-keys:probe";

/** What is known of a probe's key before it is made. */
export interface ProbeKey {
  /** Random: nobody else has a key of this name. */
  name: string;
  /** When it was to be made, epoch ms, by the server's clock. */
  at: number;
}

/** A key that is to be made `now`. */
export function newProbeKey(now: number): ProbeKey {
  return { name: PREFIX + randomBytes(8).toString("hex"), at: now };
}

/** The request for it: it may read scores on one chain, ten times a minute, for an hour. */
export function requestOf({ name, at }: ProbeKey): CreateRequest & { metadata: Record<string, unknown> } {
  return {
    name,
    description: "Made by `zkscore-keys doctor --probe` to try the API. It may be revoked at any time.",
    permissions: [{ resource: "scores", actions: ["read"], restrictions: { chains: ["998899"] } }],
    rateLimit: { requestsPerMinute: 10, requestsPerHour: 60, requestsPerDay: 100, burstLimit: 5 },
    expiry: isoSeconds(at + HOUR_MS),
    // As much as a key of a stack carries: a mark of eight entries, one of them long.
    metadata: {
      [MARK]: name,
      ...Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`${MARK}:${n}`, `entry ${n}`])),
      [`${MARK}:long`]: "0123456789abcdef".repeat(32),
    },
  };
}

/**
 * Whether a key of a listing is that of a probe. Its random name says so, which was kept on this machine before the key was
 * made; and nothing may speak against it: no stack's mark, no other probe's, and it isn't older than the probe.
 */
export function isProbesOwn({ name, at }: ProbeKey, key: RemoteKey): boolean {
  const mark = key.metadata?.[MARK];
  const created = instantMs(key.createdAt);
  return (
    hasName(key, name) &&
    markerOf(key) === undefined &&
    (mark === undefined || mark === name) &&
    created !== undefined &&
    created >= at - HOUR_MS
  );
}

/** Whether a key has the form of a probe's, whoever made it. It proves nothing. */
export function looksLikeProbes(key: RemoteKey): boolean {
  return new RegExp(`^${PREFIX}[0-9a-f]{16}$`).test(key.name);
}
