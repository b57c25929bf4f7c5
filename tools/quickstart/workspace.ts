import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { credentials } from "../../emulator/credentials.ts";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { packageRoot } from "../root.ts";
import { quickstartFolder, workspaceEnv } from "../workspace.ts";

/** The quick start's stack. Its state, its settings and its account lie in one git-ignored folder. */
export const stackName = "quickstart";

/** Environment of `pulumi` on the quick start's backend. The passphrase is made once, in a file for the owner alone. */
export function quickstartEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  mkdirSync(quickstartFolder, { recursive: true, mode: 0o700 });
  const passphrase = join(quickstartFolder, "passphrase");
  if (!existsSync(passphrase)) writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
  const { PULUMI_CONFIG_PASSPHRASE: _fixed, ...workspace } = workspaceEnv(quickstartFolder, env);
  return { ...workspace, PULUMI_CONFIG_PASSPHRASE_FILE: passphrase };
}

/**
 * Runs `use` while an emulator serves the account of the quick start. What it answered is kept for the next run.
 *
 * @param clock an instant at which its clock stands; default the machine's clock
 */
export async function withAccount<T>(use: (account: Emulator) => Promise<T>, clock?: string): Promise<T> {
  const dataDir = join(quickstartFolder, "emulator");
  // An empty environment: the tokens in the folder go with the keys in it.
  const { token, operatorToken } = credentials(dataDir, {});
  const account = await startEmulator({
    dataDir,
    operatorToken,
    accounts: [{ token, plan: "enterprise" }],
    ...(clock === undefined ? {} : { clock }),
  });
  try {
    return await use(account);
  } finally {
    await account.close();
  }
}

/** What leads the provider to an emulator. */
export function connection(account: Emulator): Record<string, string> {
  const [first] = account.accounts;
  if (first === undefined) throw new Error("the emulator has no account");
  return { ZKSCORE_BASE_URL: account.url, ZKSCORE_TOKEN: first.token };
}

/** Without variables that begin with `prefix`. */
export function without(prefix: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith(prefix)));
}

/** The folder, as a person in the clone calls it. */
export const folderName = quickstartFolder.slice(packageRoot.length + 1);
