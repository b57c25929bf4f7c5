import { createHmac } from "node:crypto";
import { request } from "node:http";
import type { WebhookStats } from "../operations/render.ts";
import { isLoopback } from "../operations/validate.ts";
import type { Store } from "./database.ts";
import type { KeyRecord } from "./keyRow.ts";
import { newId, type Vault } from "./secrets.ts";

/** What became of one delivery. */
export interface Delivery {
  keyId: string;
  webhookId: string;
  /** The receiver's status; absent when there was none. */
  status?: number;
  /** Why nothing was delivered. */
  failure?: "not loopback" | "no answer" | "secret sealed under another operator token";
}

export interface Webhooks {
  stats(id: string): WebhookStats;
  /** Sends an event to every webhook of these keys that asked for it, one attempt each, loopback over http only. */
  deliver(
    keys: readonly KeyRecord[],
    event: { type: string; data: unknown; created: string; at: number },
  ): Promise<Delivery[]>;
}

/** `X-ZKScore-Signature`'s value: HMAC-SHA256 of the body as sent, hex. */
export function signature(body: string, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

export function webhooks(store: Store, vault: Vault): Webhooks {
  const stats = store.main.prepare("SELECT deliveryCount, failureCount, lastDelivery FROM webhooks WHERE id = ?");
  const sealed = store.main.prepare("SELECT sealedSecret FROM webhooks WHERE id = ?");
  const count = store.main.prepare(
    "UPDATE webhooks SET deliveryCount = deliveryCount + 1, failureCount = failureCount + ?, lastDelivery = ? WHERE id = ?",
  );

  const send = async (url: string, webhookId: string, body: string): Promise<Omit<Delivery, "keyId" | "webhookId">> => {
    const target = URL.parse(url);
    if (target === null || target.protocol !== "http:" || !isLoopback(target)) return { failure: "not loopback" };
    const kept = sealed.get(webhookId)?.["sealedSecret"];
    const secret = kept instanceof Uint8Array ? vault.open(kept) : "";
    if (secret === undefined) return { failure: "secret sealed under another operator token" };
    const status = await post(target, body, secret === "" ? {} : { "X-ZKScore-Signature": signature(body, secret) });
    return status === undefined ? { failure: "no answer" } : { status };
  };

  return {
    stats: (id) => {
      const row = stats.get(id);
      const last = row?.["lastDelivery"];
      return {
        deliveryCount: Number(row?.["deliveryCount"] ?? 0),
        failureCount: Number(row?.["failureCount"] ?? 0),
        lastDelivery: typeof last === "number" ? last : null,
      };
    },
    deliver: async (keys, { type, data, created, at }) => {
      const deliveries: Delivery[] = [];
      for (const key of keys) {
        for (const webhook of key.doc.webhooks.filter(({ events }) => events.includes(type))) {
          const body = JSON.stringify({ id: newId("evt"), type, created, data });
          const result = await send(webhook.url, webhook.id, body);
          const failed = result.status === undefined || result.status < 200 || result.status > 299;
          store.commit(() => count.run(failed ? 1 : 0, at, webhook.id));
          deliveries.push({ keyId: key.id, webhookId: webhook.id, ...result });
        }
      }
      return deliveries;
    },
  };
}

function post(url: URL, body: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(url, {
      method: "POST",
      agent: false,
      timeout: 5000,
      headers: { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body), ...headers },
    });
    outgoing.once("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.once("timeout", () => outgoing.destroy());
    outgoing.once("error", () => resolve(undefined));
    outgoing.end(body);
  });
}
