import { z } from "zod";
import { DAY_MS, dayStart, MINUTE_MS } from "../clock.ts";
import type { Store } from "./database.ts";

/** One request made with an issued key. */
export interface Use {
  keyId: string;
  at: number;
  /** `GET /scores/:id`: a template. */
  endpoint: string;
  method: string;
  status: number;
  /** Let through by the rate limit, whatever came of it; only these use it up. */
  admitted: boolean;
  bytes: number;
  latencyMs: number;
}

const bucket = z.object({
  keyId: z.string(),
  minute: z.number(),
  endpoint: z.string(),
  method: z.string(),
  status: z.number(),
  requests: z.number(),
  bytes: z.number(),
  latencyMsSum: z.number(),
  latencyMsMax: z.number(),
});
/** What one key did at one endpoint in one minute, with one status. `minute` counts from the epoch. */
export type UsageBucket = z.infer<typeof bucket>;

/** The counters a list shows for a key, beside `totalRequests` and `lastUsed`. */
export interface KeyCounters {
  requestsToday: number;
  requestsThisWeek: number;
  requestsThisMonth: number;
  peakRequestsPerHour: number;
}

const counterRow = z.object({
  keyId: z.string(),
  requestsToday: z.number(),
  requestsThisWeek: z.number(),
  requestsThisMonth: z.number(),
  peakRequestsPerHour: z.number(),
});

export interface UsageStore {
  /** Counts one request; run inside `store.commit`. */
  add(use: Use): void;
  /** Requests admitted since an instant. */
  admitted(keyId: string, since: number): number;
  /** Buckets of an account's keys, or of one, from `from` up to but without `to`, oldest first. */
  buckets(which: { account: number; keyId?: string | undefined; from: number; to: number }): UsageBucket[];
  /** Requests of all of an account's keys since the day's UTC midnight. */
  today(account: number, now: number): number;
  /** Counters by key id; keys never used are not in it. */
  counters(keyIds: readonly string[], now: number): ReadonlyMap<string, KeyCounters>;
}

export function usageStore(store: Store): UsageStore {
  const db = store.main;
  const add = db.prepare(`INSERT INTO usage VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET requests = requests + 1, admitted = admitted + excluded.admitted, bytes = bytes + excluded.bytes,
      latencyMsSum = latencyMsSum + excluded.latencyMsSum, latencyMsMax = MAX(latencyMsMax, excluded.latencyMsMax)`);
  const touch = db.prepare("UPDATE keys SET lastUsed = ?, totalRequests = totalRequests + 1 WHERE id = ?");
  const admitted = db.prepare("SELECT SUM(admitted) AS n FROM usage WHERE keyId = ? AND minute >= ?");
  const buckets = db.prepare(`SELECT u.* FROM usage u JOIN keys k ON k.id = u.keyId
    WHERE k.account = $account AND ($keyId IS NULL OR u.keyId = $keyId) AND u.minute >= $from AND u.minute < $to
    ORDER BY u.minute, u.endpoint`);
  const today = db.prepare(
    "SELECT SUM(u.requests) AS n FROM usage u JOIN keys k ON k.id = u.keyId WHERE k.account = ? AND u.minute >= ?",
  );
  const counters = db.prepare(`SELECT keyId, SUM(IIF(h >= $day, r, 0)) AS requestsToday,
      SUM(IIF(h >= $week, r, 0)) AS requestsThisWeek, SUM(IIF(h >= $month, r, 0)) AS requestsThisMonth,
      MAX(r) AS peakRequestsPerHour
    FROM (SELECT keyId, minute / 60 AS h, SUM(requests) AS r FROM usage
      WHERE keyId IN (SELECT value FROM json_each($ids)) GROUP BY keyId, h) GROUP BY keyId`);
  const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);
  const hourOf = (at: number): number => Math.floor(at / (60 * MINUTE_MS));
  return {
    add: (use) => {
      const { keyId, at, endpoint, method, status, bytes, latencyMs } = use;
      add.run(keyId, minuteOf(at), endpoint, method, status, use.admitted ? 1 : 0, bytes, latencyMs, latencyMs);
      touch.run(at, keyId);
    },
    admitted: (keyId, since) => Number(admitted.get(keyId, minuteOf(since))?.["n"] ?? 0),
    buckets: ({ account, keyId, from, to }) =>
      buckets
        .all({ $account: account, $keyId: keyId ?? null, $from: minuteOf(from), $to: Math.ceil(to / MINUTE_MS) })
        .map((row) => bucket.parse(row)),
    today: (account, now) => Number(today.get(account, minuteOf(dayStart(now)))?.["n"] ?? 0),
    counters: (keyIds, now) => {
      if (keyIds.length === 0) return new Map();
      const date = new Date(now);
      const day = dayStart(now);
      const rows = counters.all({
        $ids: JSON.stringify(keyIds),
        $day: hourOf(day),
        $week: hourOf(day - ((date.getUTCDay() + 6) % 7) * DAY_MS), // Monday
        $month: hourOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)),
      });
      return new Map(rows.map((row) => counterRow.parse(row)).map(({ keyId, ...counts }) => [keyId, counts]));
    },
  };
}
