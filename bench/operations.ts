/** What is timed, in the order in which one stack goes through it. */
export const OPERATIONS = ["create", "up --refresh", "up", "refresh", "one change", "destroy"] as const;
export type Operation = (typeof OPERATIONS)[number];

export const CONTESTANTS = ["floor", "naive", "ours", "tofu"] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

/** Requests that the stand-in has answered, by what they were. */
export const KINDS = ["create", "list", "update", "revoke", "other"] as const;
export type Kind = (typeof KINDS)[number];
export type Requests = Readonly<Record<Kind, number>>;

/** What the stand-in saw of one operation, and what it holds after it. */
export interface Seen {
  readonly requests: Requests;
  readonly liveKeys: number;
}

/**
 * What is wrong with one operation, by what the API saw. Writes are known exactly; of listings only that they happened
 * where the account must have been read. Figures of an operation that didn't do its work say nothing.
 */
export function wrongWith(contestant: ContestantName, operation: Operation, keys: number, seen: Seen): string[] {
  const asks = contestant !== "floor";
  const writes = {
    create: asks && operation === "create" ? keys : 0,
    update: asks && operation === "one change" ? 1 : 0,
    revoke: asks && operation === "destroy" ? keys : 0,
    other: 0,
  };
  const live = asks && operation !== "destroy" ? keys : 0;
  const reads = asks && (operation === "up --refresh" || operation === "refresh");
  const differences = Object.entries({ ...writes, "live keys": live }).flatMap(([what, wanted]) => {
    const found = what === "live keys" ? seen.liveKeys : (new Map(Object.entries(seen.requests)).get(what) ?? 0);
    return found === wanted ? [] : [`${what}: ${found}, and ${wanted} were expected`];
  });
  const { list } = seen.requests;
  if (!asks && list > 0) differences.push(`list: ${list}, and 0 were expected`);
  if (reads && list === 0) differences.push("list: 0, and the account must have been read");
  return differences;
}
