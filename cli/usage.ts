import { isLive } from "../provider/api/keyStatus.ts";
import type { RemoteKey } from "../provider/api/types.ts";
import { describeMs } from "../provider/domain/duration.ts";
import { ZkscoreError } from "../provider/domain/errors.ts";
import { instantMs } from "../provider/domain/instant.ts";
import type { UsageResponse } from "../provider/domain/wire.ts";
import { exitCodeOf, withAccount } from "./account.ts";
import { WrongArguments } from "./failure.ts";
import { joined, type Line, linesOf, toned } from "./lines.ts";
import { printJson, printLines } from "./output.ts";
import { table } from "./table.ts";

export interface UsageOptions {
  key?: string;
  from?: string;
  to?: string;
  json: boolean;
}

/** `zkscore-keys usage`. */
export async function usage({ key: keyId, from, to, json }: UsageOptions): Promise<number> {
  const query = queryOf({ keyId, from, to });
  return withAccount(async ({ client, list }) => {
    const listing = keyId === undefined && json ? undefined : await list();
    // To an API that knows no such key its usage is 0, which would be read as "nobody uses it".
    if (keyId !== undefined && listing?.keys.has(keyId) === false) throw unknownKey();
    const answer = await client.usage(query);
    if (json || listing === undefined) {
      printJson(answer);
      return listing === undefined ? 0 : exitCodeOf(listing);
    }
    const rows = keyId === undefined ? byKey([...listing.keys.values()], listing.serverTime) : endpoints(answer);
    printLines(joined([linesOf(totals(answer)), rows]));
    return exitCodeOf(listing);
  });
}

function queryOf({ keyId, from, to }: Record<"keyId" | "from" | "to", string | undefined>) {
  if (keyId?.trim() === "") throw new WrongArguments("--key takes a key's id");
  for (const [flag, value] of Object.entries({ from, to })) {
    if (value === undefined || instantMs(value) !== undefined) continue;
    throw new WrongArguments(`--${flag} takes an ISO 8601 instant with a zone, for example 2027-01-01T00:00:00Z`);
  }
  const [start, end] = [from, to].map((value) => (value === undefined ? undefined : instantMs(value)));
  if (start !== undefined && end !== undefined && start > end) throw new WrongArguments("--from is later than --to");
  return {
    ...(keyId === undefined ? {} : { keyId }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** What was asked for isn't quoted: it could be a secret, pasted in its place. */
function unknownKey(): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_NOT_FOUND",
    what: "the account has no key with the id given to --key",
    why: "it is mistyped, a name or a secret instead of an id, or of another account",
    remedy: "`zkscore-keys list --all` shows the ids; check ZKSCORE_TOKEN and ZKSCORE_BASE_URL",
  });
}

function totals({ usage: { totalRequests, successfulRequests, failedRequests } }: UsageResponse): string {
  const parts = [
    `${totalRequests} requests`,
    ...(successfulRequests === undefined ? [] : [`${successfulRequests} successful`]),
    ...(failedRequests === undefined ? [] : [`${failedRequests} failed`]),
  ];
  return parts.join(", ");
}

function endpoints({ breakdown }: UsageResponse): Line[] {
  const rows = (breakdown?.byEndpoint ?? []).map((one) => [one.endpoint, String(one.requests)]);
  return table(["endpoint", "requests"], rows);
}

function byKey(keys: readonly RemoteKey[], now: number): Line[] {
  const live = keys.filter(isLive).map((key) => ({ key, idleMs: now - (instantMs(key.lastUsed ?? "") ?? 0) }));
  const rows = live
    .sort((a, b) => b.idleMs - a.idleMs)
    .map(({ key, idleMs }) => [
      key.name,
      key.id,
      String(key.usage?.totalRequests ?? ""),
      key.lastUsed ? describeMs(idleMs) : toned("warn", "never used"),
    ]);
  return table(["name", "id", "requests", "idle for"], rows);
}
