import type { CreateRequest, UpdateRequest, WireKey } from "../domain/wire.ts";
import type { Write } from "./listing.ts";
import type { RemoteKey } from "./types.ts";

/** Create and update answer webhooks beside the key, the listing inside it (D). */
export function withWebhooks(key: WireKey, beside: WireKey["webhooks"]): RemoteKey {
  const webhooks = beside ?? key.webhooks;
  return webhooks === undefined ? key : { ...key, webhooks };
}

/** Our own create. A listing that already has the key knows more (metadata, webhooks) than the create's answer. */
export function addKey(key: RemoteKey, sent: CreateRequest): Write {
  return (keys) => {
    if (!keys.has(key.id)) keys.set(key.id, { ...key, metadata: key.metadata ?? sent.metadata });
  };
}

/** Our own revocation (A: a revoked key stays in the list). */
export function markRevoked(keyId: string): Write {
  return (keys) => {
    const key = keys.get(keyId);
    if (key !== undefined) keys.set(keyId, { ...key, status: "revoked" });
  };
}

/** Our own update: what the answer leaves out is as sent, or as it was. */
export function mergeKey(answered: RemoteKey, sent: UpdateRequest): Write {
  return (keys) => {
    const old = keys.get(answered.id);
    keys.set(answered.id, {
      ...old,
      ...answered,
      metadata: answered.metadata ?? sent.metadata ?? old?.metadata,
      webhooks: answered.webhooks ?? old?.webhooks,
    });
  };
}
