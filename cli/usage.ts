import { parseArgs } from "node:util";
import type { RemoteKey } from "../provider/api/types.ts";
import { describeMs } from "../provider/domain/duration.ts";
import { instantMs } from "../provider/domain/instant.ts";
import type { UsageResponse } from "../provider/domain/wire.ts";
import { isLive } from "../provider/handlers/remote.ts";
import { withAccount } from "./account.ts";
import { printable, table } from "./table.ts";

const USAGE = `zkscore-keys usage [--key ID] [--from INSTANT] [--to INSTANT] [--json]

What the account's keys are used for: the totals, and each live key with its requests and how long it has been idle,
the longest first. Keys that nobody uses should go.

  --key ID   one key: its totals and its endpoints
  --from     ISO 8601, for example 2027-01-01T00:00:00Z
  --to       likewise
  --json     the API's own answer on stdout
`;

/** `zkscore-keys usage`. */
export async function usage(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      key: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { key: keyId, from, to, json } = values;
  const query = { ...(keyId && { keyId }), ...(from && { from }), ...(to && { to }) };
  const text = await withAccount(async ({ client, list }) => {
    const answer = await client.usage(query);
    if (json) return JSON.stringify(answer, undefined, 2);
    if (keyId !== undefined) return [totals(answer), endpoints(answer)].join("\n\n");
    const listing = await list();
    return [totals(answer), byKey([...listing.keys.values()], listing.serverTime)].join("\n\n");
  });
  process.stdout.write(`${text}\n`);
  return 0;
}

function totals({ usage: { totalRequests, successfulRequests, failedRequests } }: UsageResponse): string {
  const parts = [
    `${totalRequests} requests`,
    ...(successfulRequests === undefined ? [] : [`${successfulRequests} successful`]),
    ...(failedRequests === undefined ? [] : [`${failedRequests} failed`]),
  ];
  return parts.join(", ");
}

function endpoints({ breakdown }: UsageResponse): string {
  const rows = (breakdown?.byEndpoint ?? []).map((one) => [printable(one.endpoint), String(one.requests)]);
  return table(["endpoint", "requests"], rows);
}

function byKey(keys: readonly RemoteKey[], now: number): string {
  const live = keys.filter(isLive).map((key) => ({ key, idleMs: now - (instantMs(key.lastUsed ?? "") ?? 0) }));
  const rows = live
    .sort((a, b) => b.idleMs - a.idleMs)
    .map(({ key, idleMs }) => [
      printable(key.name),
      printable(key.id),
      String(key.usage?.totalRequests ?? ""),
      key.lastUsed ? describeMs(idleMs) : "never used",
    ]);
  return table(["name", "id", "requests", "idle for"], rows);
}
