import { iso } from "../clock.ts";
import type { KeyRecord } from "../store/keyRow.ts";

/** A key as the operator sees it: as stored, whatever the modes make of it in answers. */
export interface KeyView {
  id: string;
  account: number;
  name: string;
  description: string | undefined;
  permissions: KeyRecord["doc"]["permissions"];
  rateLimit: KeyRecord["doc"]["rateLimit"];
  webhooks: KeyRecord["doc"]["webhooks"];
  metadata: Record<string, unknown>;
  status: KeyRecord["status"];
  createdAt: string;
  expiry: string | undefined;
  revokedAt: string | null;
  lastUsed: string | null;
  totalRequests: number;
  /** To recognise a secret without having it. */
  secretSha256: string;
}

export function viewOf(key: KeyRecord): KeyView {
  const { id, account, name, status, doc } = key;
  return {
    id,
    account,
    name,
    description: doc.description,
    permissions: doc.permissions,
    rateLimit: doc.rateLimit,
    webhooks: doc.webhooks,
    metadata: doc.metadata ?? {},
    status,
    createdAt: iso(key.createdAt),
    expiry: doc.expiry,
    revokedAt: key.revokedAt === null ? null : iso(key.revokedAt),
    lastUsed: key.lastUsed === null ? null : iso(key.lastUsed),
    totalRequests: key.totalRequests,
    secretSha256: key.secretHash,
  };
}
