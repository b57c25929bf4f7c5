import { createClient } from "../provider/api/client.ts";
import type { KeyApi } from "../provider/api/types.ts";
import { type Clock, systemClock } from "../provider/domain/clock.ts";
import { hostSettings } from "../provider/host/settings.ts";

/** The account that the environment names. */
export interface Account {
  client: KeyApi;
  /** Base URL in the form that states hold; all loopback addresses count as one. */
  endpoint: string;
  clock: Clock;
}

/** Opens the account of `ZKSCORE_TOKEN` and `ZKSCORE_BASE_URL` for `use`. Throws `ZkscoreError`. */
export async function withAccount<T>(use: (account: Account) => Promise<T>): Promise<T> {
  const { baseUrl, token, endpoint, now } = hostSettings(process.env, () => undefined);
  const clock = systemClock(now);
  const client = createClient({ baseUrl, token, clock, userAgent: "zkscore-keys" });
  try {
    return await use({ client, endpoint, clock });
  } finally {
    await client.close();
  }
}

const PATIENCE_MS = 2_000;

/** Says on stderr that `what` takes long, every 2 s, until `work` ends. */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  const began = performance.now();
  const timer = setInterval(() => {
    process.stderr.write(`${what}: ${Math.round((performance.now() - began) / 1000)} s\n`);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
