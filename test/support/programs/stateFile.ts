import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A resource of the state, as the engine wrote it; secrets encrypted. */
interface Recorded {
  urn: string;
  type: string;
  id?: string;
  delete?: boolean;
  taint?: boolean;
  outputs?: Record<string, unknown>;
}

export interface StateKey {
  name: string;
  urn: string;
  keyId: string;
  /** In clear. */
  secret: string;
  pendingDelete: boolean;
}

/** What the state says, read from the backend's file: no command of the engine, and nothing of this package. */
export interface State {
  keys: StateKey[];
  /** The id of the key each application was last deployed with, by the application's name. */
  deployed: Map<string, string>;
  text: string;
}

export function readState(project: string): State {
  const text = readFileSync(join(project, "state", ".pulumi", "stacks", "test", "dev.json"), "utf8");
  // The engine's own file, version 3.
  const file = JSON.parse(text) as {
    checkpoint: { latest?: { secrets_providers?: { state?: { salt?: string } }; resources?: Recorded[] } };
  };
  const { resources = [], secrets_providers } = file.checkpoint.latest ?? {};
  const salt = secrets_providers?.state?.salt ?? "";
  const keys = resources.filter(({ type }) => type.endsWith("zkscore:ApiKey")).map((resource) => keyOf(resource, salt));
  const apps = resources.filter(({ type, delete: pending }) => type.endsWith("dynamic:Resource") && pending !== true);
  const deployed = apps.flatMap(({ urn, outputs }): [string, string][] => {
    const keyId = outputs?.["keyId"];
    // With additionalSecretOutputs the id is a secret, too.
    if (keyId === undefined) return [];
    return [[nameOf(urn), typeof keyId === "string" ? keyId : String(decrypt(keyId, salt))]];
  });
  return { keys, deployed: new Map(deployed), text };
}

/** True where a killed engine has left its lock. */
export function isLocked(project: string): boolean {
  const files = readdirSync(join(project, "state", ".pulumi"), { recursive: true });
  return files.some((path) => /^locks.*\.json$/.test(String(path)));
}

function keyOf({ urn, id = "", delete: pending, outputs = {} }: Recorded, salt: string): StateKey {
  return {
    name: nameOf(urn),
    urn,
    keyId: id,
    secret: String(decrypt(outputs["apiKey"], salt)),
    pendingDelete: pending === true,
  };
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

const derived = new Map<string, Buffer>();

/** As the engine's passphrase provider does: PBKDF2, then AES-256-GCM over the JSON text. */
function decrypt(value: unknown, salt: string): unknown {
  const sealed = typeof value === "object" && value !== null && "ciphertext" in value ? String(value.ciphertext) : "";
  const [, saltText = ""] = salt.split(":");
  const [version, nonce = "", body = ""] = sealed.split(":");
  if (version !== "v1") return "";
  const key = derived.get(saltText) ?? pbkdf2Sync("zkscore", Buffer.from(saltText, "base64"), 1_000_000, 32, "sha256");
  derived.set(saltText, key);
  const bytes = Buffer.from(body, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8"));
}
