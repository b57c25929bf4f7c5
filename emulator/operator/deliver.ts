import { createHmac } from "node:crypto";
import { request } from "node:http";
import { iso } from "../clock.ts";
import { isLoopback } from "../contract/addresses.ts";
import type { Core } from "../operations/operation.ts";
import { newId } from "../store/secrets.ts";

/** What became of one delivery. */
export interface Delivery {
  keyId: string;
  webhookId: string;
  /** The receiver's status; absent when there was none. */
  status?: number;
  /** Why nothing was delivered. */
  failure?: "not loopback" | "no answer";
}

/** What happened; to every active key's webhooks that asked for it, or to those of one key. */
export interface WebhookEvent {
  type: string;
  data?: unknown;
  keyId?: string | undefined;
}

/** Sends a signed event, one attempt each, to loopback over http only. */
export async function deliver(core: Core, { type, data = {}, keyId }: WebhookEvent): Promise<Delivery[]> {
  const now = core.clock.now();
  const deliveries: Delivery[] = [];
  for (const key of core.keys.all(now)) {
    if (key.status !== "active" || (keyId !== undefined && key.id !== keyId)) continue;
    for (const webhook of key.doc.webhooks.filter(({ events }) => events.includes(type))) {
      const body = JSON.stringify({ id: newId("evt"), type, created: iso(now), data });
      const result = await send(webhook.url, body, core.webhooks.secret(webhook.id));
      const failed = result.status === undefined || result.status < 200 || result.status > 299;
      core.store.commit(() => core.webhooks.count(webhook.id, failed, now));
      deliveries.push({ keyId: key.id, webhookId: webhook.id, ...result });
    }
  }
  return deliveries;
}

/** `X-ZKScore-Signature` is HMAC-SHA256 of the body as sent, in hex; without a secret there is none. */
function send(url: string, body: string, secret: string | undefined): Promise<Pick<Delivery, "status" | "failure">> {
  const target = URL.parse(url);
  if (target?.protocol !== "http:" || !isLoopback(target)) return Promise.resolve({ failure: "not loopback" });
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...(secret ? { "X-ZKScore-Signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` } : {}),
  };
  return new Promise((resolve) => {
    const outgoing = request(target, { method: "POST", agent: false, timeout: 5000, headers });
    outgoing.once("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode === undefined ? { failure: "no answer" } : { status: answer.statusCode });
    });
    outgoing.once("timeout", () => outgoing.destroy());
    outgoing.once("error", () => resolve({ failure: "no answer" }));
    outgoing.end(body);
  });
}
