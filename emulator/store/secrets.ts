import { createHash, randomBytes, randomInt } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A new API key as the reference shows them: `zk_prod_` and 40 random characters. */
export function newApiKey(): string {
  return `zk_prod_${Array.from({ length: 40 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("")}`;
}

/** A token for an account or for the operator. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(24).toString("hex")}`;
}

/** An id: not secret, and its form is what the journal lets through. */
export function newId(prefix: "key" | "wh" | "req" | "evt"): string {
  return `${prefix}_${randomBytes(10).toString("hex")}`;
}

/** What is kept of a key or token: enough to recognise it, not to use it. Both are random, so no salt is needed. */
export function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
