import type { Emulator, FaultSpec } from "../../../emulator/index.ts";

/** How a listing can fail or lie, for as long as it is on. `says`: what the person must read. */
export interface BadListing {
  name: string;
  faults: (api: Emulator) => FaultSpec[];
  says: RegExp;
}

const every = { operation: "list", every: 1 } as const;

/** A well-formed answer that shows these keys and this total. */
function listing(api: Emulator, total: number): FaultSpec {
  const timestamp = new Date(api.now()).toISOString();
  const pagination = { total, limit: 100, offset: 0, hasMore: false };
  return { ...every, kind: "status", status: 200, body: { success: true, keys: [], pagination, timestamp } };
}

export const BAD_LISTINGS: readonly BadListing[] = [
  { name: "401", faults: () => [{ ...every, kind: "status", status: 401 }], says: /ZKS_UNAUTHORIZED/ },
  { name: "403", faults: () => [{ ...every, kind: "status", status: 403 }], says: /ZKS_FORBIDDEN/ },
  {
    name: "429",
    faults: () => [{ ...every, kind: "status", status: 429, headers: { "Retry-After": "3600" } }],
    says: /ZKS_RATE_LIMITED[\s\S]*not before/,
  },
  { name: "500", faults: () => [{ ...every, kind: "status", status: 500 }], says: /ZKS_SERVER/ },
  { name: "a proxy's page", faults: () => [{ ...every, kind: "html", status: 200 }], says: /ZKS_MALFORMED/ },
  { name: "an empty body", faults: () => [{ ...every, kind: "empty" }], says: /ZKS_MALFORMED/ },
  { name: "an empty list", faults: (api) => [listing(api, 0)], says: /another account/ },
  { name: "a list shorter than its total", faults: (api) => [listing(api, 7)], says: /contradicts itself/ },
  {
    name: "the list of a day ago",
    faults: () => [{ ...every, kind: "staleList", writes: 50 }],
    says: /another account/,
  },
  { name: "cut JSON", faults: () => [{ ...every, kind: "truncated" }], says: /ZKS_MALFORMED|ZKS_INTERRUPTED/ },
  { name: "looping pages", faults: () => [{ ...every, kind: "loopingPages" }], says: /ZKS_LISTING/ },
  {
    name: "a failing second page",
    faults: () => [{ ...every, kind: "status", status: 500, minOffset: 1 }],
    says: /ZKS_SERVER/,
  },
  { name: "a reset", faults: () => [{ ...every, kind: "reset" }], says: /ZKS_INTERRUPTED/ },
];
