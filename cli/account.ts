import { createClient } from "../provider/api/client.ts";
import type { KeyApi, Listing } from "../provider/api/types.ts";
import { systemClock } from "../provider/domain/clock.ts";
import { hostSettings } from "../provider/settings.ts";
import { say } from "./output.ts";
import { listingProgress } from "./progress.ts";

/** The account that the environment names. */
export interface Account {
  client: KeyApi;
  /** A fresh listing; one that takes long says on stderr how far it is. */
  list(): Promise<Listing>;
  /** Base URL in the form that states hold; all loopback addresses count as one. */
  endpoint: string;
  /** As it is set. */
  baseUrl: string;
  /** Never shown. */
  token: string;
}

/** Opens the account of `ZKSCORE_TOKEN` and `ZKSCORE_BASE_URL` for `use`. Throws `ZkscoreError`. */
export async function withAccount<T>(use: (account: Account) => Promise<T>): Promise<T> {
  const { baseUrl, token, endpoint, now } = hostSettings(process.env, () => undefined);
  const progress = listingProgress();
  const client = createClient({
    baseUrl,
    token,
    origins: { token: "environment", baseUrl: "environment" },
    clock: systemClock(now),
    userAgent: "zkscore-keys",
    onPage: progress.onPage,
  });
  const list = () => progress.during(client.list("fresh"));
  try {
    return await use({ client, list, endpoint, baseUrl, token: token ?? "" });
  } finally {
    await client.close();
  }
}

/** The exit code of a command that shows this listing; says where it is known to be incomplete. */
export function exitCodeOf({ complete }: Pick<Listing, "complete">): 0 | 3 {
  if (complete) return 0;
  say(
    "warning: the listing is not complete: the API's totals, counts or ids contradict each other, also when asked again; " +
      "keys may be missing here. Run this again in a few minutes",
  );
  return 3;
}
