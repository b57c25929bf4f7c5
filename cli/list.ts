import { parseArgs } from "node:util";
import type { RemoteKey } from "../provider/api/types.ts";
import { decodeMarker } from "../provider/domain/marker.ts";
import { isLive } from "../provider/handlers/remote.ts";
import { withAccount } from "./account.ts";
import { printable, shortPermissions, table } from "./table.ts";

const USAGE = `zkscore-keys list [--all] [--json]

The account's live keys (active or inactive): name, id, permissions, status, when they end, when they were last used,
and which stack made them. No secret: the API shows one once.

  --all    revoked and expired keys, too
  --json   an array on stdout
`;

/** `zkscore-keys list`. */
export async function list(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      all: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const listing = await withAccount(({ list }) => list());
  const keys = [...listing.keys.values()].filter((key) => values.all || isLive(key));
  process.stdout.write(`${values.json ? JSON.stringify(keys.map(described), undefined, 2) : asTable(keys)}\n`);
  const hidden = listing.keys.size - keys.length;
  if (hidden > 0 && !values.json) process.stdout.write(`\n${hidden} revoked or expired; --all shows them\n`);
  return 0;
}

/** A key as `--json` shows it. */
function described(key: RemoteKey): object {
  const { id, name, description, permissions, status, createdAt, expiry, lastUsed, usage } = key;
  const marker = decodeMarker(key.metadata);
  return {
    ...{ id, name, description, permissions, status, createdAt, expiry, lastUsed },
    totalRequests: usage?.totalRequests,
    ...(marker && { madeBy: { project: marker.project, stack: marker.stack, name: marker.name } }),
  };
}

function asTable(keys: readonly RemoteKey[]): string {
  const rows = keys.map((key) => {
    const marker = decodeMarker(key.metadata);
    return [
      printable(key.name),
      printable(key.id),
      printable(shortPermissions(key.permissions)),
      printable(key.status),
      printable(key.expiry ?? "never"),
      printable(key.lastUsed ?? "never"),
      marker === undefined ? "" : printable(`${marker.project}/${marker.stack}/${marker.name}`),
    ];
  });
  return table(["name", "id", "permissions", "status", "ends", "last used", "made by"], rows);
}
