import { createDecipheriv, pbkdf2 } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestStack } from "../engine/stack.ts";

/** A key in the stack's file. */
export interface HeldKey {
  logicalName: string;
  id: string;
  /** What the state holds as its secret, decrypted; undefined where it isn't encrypted. */
  secret: string | undefined;
}

const PASSPHRASE = "zkscore"; // tools/workspace.ts: throw-away state
const derived = new Map<string, Promise<Buffer>>();

/** The file of the local backend, as it lies on disk: an engine command would take half a second. */
export function stateText(stack: TestStack, project = "test", name = "dev"): string {
  return readFileSync(join(stack.folder, "state", ".pulumi", "stacks", project, `${name}.json`), "utf8");
}

/** The keys that the state holds and that aren't waiting for their deletion. */
export async function heldKeys(text: string): Promise<HeldKey[]> {
  const latest = JSON.parse(text).checkpoint.latest;
  const salt: unknown = latest?.secrets_providers?.state?.salt;
  const held: HeldKey[] = [];
  for (const { urn, type, id, outputs, delete: pending } of latest?.resources ?? []) {
    if (type !== "pulumi-nodejs:dynamic/zkscore:ApiKey" || pending === true || id === undefined) continue;
    const cipher: unknown = outputs?.apiKey?.ciphertext;
    const secret = typeof cipher === "string" ? await decrypt(cipher, String(salt)) : undefined;
    held.push({ logicalName: String(urn).split("::").at(-1) ?? "", id, secret });
  }
  return held;
}

/** The URN of what has this logical name. */
export function urnIn(text: string, logicalName: string): string {
  for (const { urn } of JSON.parse(text).checkpoint.latest?.resources ?? [])
    if (String(urn).endsWith(`::${logicalName}`)) return urn;
  throw new Error(`no ${logicalName} in the state`);
}

/** The passphrase provider of Pulumi, version 1: PBKDF2, then AES-256-GCM; the value is JSON. */
async function decrypt(cipher: string, state: string): Promise<string> {
  const salt = state.split(":")[1] ?? "";
  const key = derived.get(salt) ?? promisify(pbkdf2)(PASSPHRASE, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
  derived.set(salt, key);
  const [, nonce = "", sealed = ""] = cipher.split(":");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", await key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8"));
}
