import type { KeyApi, RemoteKey } from "./api/types.ts";
import { ZkscoreError } from "./domain/errors.ts";
import { runtimeFault } from "./domain/nodeVersion.ts";
import type { AccountKey, UsageReport } from "./resources/account.ts";

/**
 * Every key of the account, any status, in the order the API lists them. Uses the same settings as `ApiKey`
 * (`ZKSCORE_TOKEN`, `zkscore:token`, …). Throws `ZkscoreError`.
 * Source: page *List API Keys*.
 */
export async function getApiKeys(): Promise<AccountKey[]> {
  return withClient(async (client) => {
    const { keys, complete } = await client.list("fresh");
    if (!complete) await warnIncomplete();
    return [...keys.values()].map(accountKey);
  });
}

/**
 * Usage of one key, or of the whole account without `keyId`. `from` and `to` are ISO 8601 instants.
 * Throws `ZkscoreError`. Source: page *Get Usage*; its query parameters are assumed.
 */
export async function getUsage(query: { keyId?: string; from?: string; to?: string } = {}): Promise<UsageReport> {
  return withClient((client) => client.usage(query));
}

async function warnIncomplete(): Promise<void> {
  const { log } = await import("@pulumi/pulumi");
  await log.warn(
    "getApiKeys: the listing is not complete: the API's totals, counts or ids contradict each other, also when asked again; keys may be missing",
  );
}

async function withClient<T>(use: (client: KeyApi) => Promise<T>): Promise<T> {
  const fault = runtimeFault();
  if (fault !== undefined) {
    throw new ZkscoreError({ code: "ZKS_CONFIG", what: "pulumi-zkscore can't work in this program", ...fault });
  }
  // Loaded on use: a program that only declares keys starts without the HTTP client and zod.
  const [{ Config }, { connectionSettings }, { createClient }, { systemClock }] = await Promise.all([
    import("@pulumi/pulumi/config.js"),
    import("./settings.ts"),
    import("./api/client.ts"),
    import("./domain/clock.ts"),
  ]);
  const config = new Config("zkscore");
  const settings = connectionSettings(process.env, (key) => config.get(key));
  const client = createClient({ ...settings, clock: systemClock() });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function accountKey(key: RemoteKey): AccountKey {
  const { id, name, status, createdAt, permissions, description, expiry, lastUsed, usage } = key;
  return {
    ...{ id, name, status, createdAt, permissions },
    ...(description ? { description } : {}),
    ...(expiry ? { expiry } : {}),
    ...(lastUsed ? { lastUsed } : {}),
    ...(usage ? { totalRequests: usage.totalRequests } : {}),
  };
}
