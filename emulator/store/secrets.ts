import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, randomInt } from "node:crypto";

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

/** Encryption at rest for webhook secrets. */
export interface Vault {
  seal(plain: string): Uint8Array;
  /** `undefined` when it was sealed under another operator token: deliveries then fail, loudly counted. */
  open(sealed: Uint8Array): string | undefined;
}

/**
 * Webhook secrets must be readable to sign deliveries, so a digest won't do. They are sealed with AES-256-GCM under a key
 * derived from the operator token, which is in no file of the database: a copied database yields nothing.
 */
export function vault(operatorToken: string): Vault {
  const key = Buffer.from(hkdfSync("sha256", operatorToken, "zkscore-emulator", "webhook-secrets", 32));
  return {
    seal: (plain) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      const text = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), text]);
    },
    open: (sealed) => {
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
        decipher.setAuthTag(sealed.subarray(12, 28));
        return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
