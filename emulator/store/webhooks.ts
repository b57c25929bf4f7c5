import type { CreateRequest } from "../../provider/domain/wire.ts";
import type { Store } from "./database.ts";
import type { KeyDoc } from "./keyRow.ts";
import { newId } from "./secrets.ts";

/** Delivery counters of one webhook. */
export interface WebhookStats {
  deliveryCount: number;
  failureCount: number;
  /** Epoch ms. */
  lastDelivery: number | null;
}

/** Webhooks' secrets and counters. Callers that write run it inside `store.commit`. */
export interface WebhookStore {
  /** Replaces a key's webhooks; returns them with ids and without secrets. */
  put(keyId: string, webhooks: CreateRequest["webhooks"]): KeyDoc["webhooks"];
  /** What a webhook's deliveries are signed with, in clear. */
  secret(id: string): string | undefined;
  stats(id: string): WebhookStats;
  count(id: string, failed: boolean, now: number): void;
}

export function webhookStore({ main: db }: Store): WebhookStore {
  const add = db.prepare("INSERT INTO webhooks (id, keyId) VALUES (?, ?)");
  const addSecret = db.prepare("INSERT INTO webhookSecrets (webhookId, secret) VALUES (?, ?)");
  const dropSecrets = db.prepare(
    "DELETE FROM webhookSecrets WHERE webhookId IN (SELECT id FROM webhooks WHERE keyId = ?)",
  );
  const drop = db.prepare("DELETE FROM webhooks WHERE keyId = ?");
  const secret = db.prepare("SELECT secret FROM webhookSecrets WHERE webhookId = ?");
  const stats = db.prepare("SELECT deliveryCount, failureCount, lastDelivery FROM webhooks WHERE id = ?");
  const count = db.prepare(
    "UPDATE webhooks SET deliveryCount = deliveryCount + 1, failureCount = failureCount + ?, lastDelivery = ? WHERE id = ?",
  );
  return {
    put: (keyId, webhooks = []) => {
      dropSecrets.run(keyId);
      drop.run(keyId);
      return webhooks.map(({ url, events, secret }) => {
        const id = newId("wh");
        add.run(id, keyId);
        if (secret !== undefined) addSecret.run(id, secret);
        return { id, url, events };
      });
    },
    secret: (id) => {
      const kept = secret.get(id)?.["secret"];
      return typeof kept === "string" ? kept : undefined;
    },
    stats: (id) => {
      const row = stats.get(id);
      const last = row?.["lastDelivery"];
      return {
        deliveryCount: Number(row?.["deliveryCount"] ?? 0),
        failureCount: Number(row?.["failureCount"] ?? 0),
        lastDelivery: typeof last === "number" ? last : null,
      };
    },
    count: (id, failed, now) => void count.run(failed ? 1 : 0, now, id),
  };
}
