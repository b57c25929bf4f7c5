import { isLive, markerOf } from "../provider/api/keyStatus.ts";
import type { RemoteKey } from "../provider/api/types.ts";
import { exitCodeOf, withAccount } from "./account.ts";
import { byName, endCell, instantBeside, statusCell } from "./cells.ts";
import { joined, type Line, linesOf } from "./lines.ts";
import { printJson, printLines } from "./output.ts";
import { shortPermissions, table } from "./table.ts";

export interface ListOptions {
  all: boolean;
  json: boolean;
}

/** `zkscore-keys list`. */
export async function list({ all, json }: ListOptions): Promise<number> {
  const listing = await withAccount(({ list }) => list());
  const keys = [...listing.keys.values()].filter((key) => all || isLive(key));
  if (json) {
    printJson(keys.map(described));
    return exitCodeOf(listing);
  }
  const hidden = listing.keys.size - keys.length;
  const rest = hidden > 0 ? [linesOf(`${hidden} revoked or expired; --all shows them`)] : [];
  printLines(joined([asTable(keys.sort(byName), listing.serverTime), ...rest]));
  return exitCodeOf(listing);
}

/** A key as `--json` shows it. */
function described(key: RemoteKey): object {
  const { id, name, description, permissions, status, createdAt, expiry, lastUsed, usage } = key;
  const marker = markerOf(key);
  return {
    ...{ id, name, description, permissions, status, createdAt, expiry, lastUsed },
    totalRequests: usage?.totalRequests,
    ...(marker && { madeBy: { project: marker.project, stack: marker.stack, name: marker.name } }),
  };
}

function asTable(keys: readonly RemoteKey[], now: number): Line[] {
  const rows = keys.map((key) => {
    const marker = markerOf(key);
    return [
      key.name,
      key.id,
      shortPermissions(key.permissions),
      statusCell(key),
      endCell(key, now),
      key.lastUsed ? instantBeside(key.lastUsed, now) : "never",
      marker === undefined ? "" : `${marker.project}/${marker.stack}/${marker.name}`,
    ];
  });
  return table(["name", "id", "permissions", "status", "ends", "last used", "made by"], rows);
}
