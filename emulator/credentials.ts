import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { newToken } from "./store/secrets.ts";

const schema = z.strictObject({ token: z.string().min(1), operatorToken: z.string().min(1) });
/** The two tokens an emulator process is used with. */
export type Credentials = z.infer<typeof schema>;

/** Where a data directory keeps generated tokens. */
export function credentialsFile(dir: string): string {
  return join(dir, "credentials.json");
}

/**
 * The tokens from the environment (`ZKSCORE_EMULATOR_TOKEN`, `ZKSCORE_EMULATOR_OPERATOR_TOKEN`), else from the directory's
 * file, else new ones, kept there for the owner alone (0600). They are never printed.
 */
export function credentials(dir: string, env: NodeJS.ProcessEnv): Credentials {
  const token = env["ZKSCORE_EMULATOR_TOKEN"];
  const operatorToken = env["ZKSCORE_EMULATOR_OPERATOR_TOKEN"];
  if (token && operatorToken) return { token, operatorToken };
  const kept = readCredentials(dir) ?? { token: newToken("zkm_"), operatorToken: newToken("op_") };
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(credentialsFile(dir), `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(credentialsFile(dir), 0o600); // one that was there keeps its mode
  return { token: token || kept.token, operatorToken: operatorToken || kept.operatorToken };
}

/** What the file holds; `undefined` when there is none. Throws when it isn't ours. */
export function readCredentials(dir: string): Credentials | undefined {
  let text: string;
  try {
    text = readFileSync(credentialsFile(dir), "utf8");
  } catch {
    return undefined;
  }
  return schema.parse(JSON.parse(text));
}
