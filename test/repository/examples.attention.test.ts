import type { AccountKey } from "pulumi-zkscore";
import { expect, test } from "vitest";
import { attention } from "../../examples/monitoring/attention.ts";

const NOW = Date.parse("2027-01-01T12:00:00Z");
const inDays = (days: number) => new Date(NOW + days * 86_400_000).toISOString();
const quiet = { totalRequests: 0 };

const told = (key: Partial<AccountKey>) =>
  attention(
    [{ id: "key_1", name: "app-1", status: "active", createdAt: inDays(-1), permissions: [], ...key }],
    quiet,
    NOW,
  );

test.each<[string, Partial<AccountKey>, string[]]>([
  ["a young key without an end", {}, []],
  ["an end in two weeks", { expiry: inDays(14) }, []],
  ["an end before that", { expiry: inDays(13) }, ["`app-1` ends on 2027-01-14, days left: 13"]],
  [
    "one that ended while it was used",
    { status: "expired", expiry: inDays(-1), lastUsed: inDays(-2) },
    ["`app-1` ended on 2026-12-31; it had been in use"],
  ],
  ["one that ended long ago", { status: "expired", expiry: inDays(-8) }, []],
  ["one that was revoked before its end", { status: "revoked", expiry: inDays(1), createdAt: inDays(-90) }, []],
  ["one never used, for 45 days", { createdAt: inDays(-45) }, []],
  ["and longer", { createdAt: inDays(-46) }, ["`app-1` has not been used for 46 days: revoke it?"]],
  ["one used since", { createdAt: inDays(-90), lastUsed: inDays(-1) }, []],
])("%s", (_what, key, lines) => {
  expect(told(key)).toEqual(lines);
});

test("failures count from 5 % of 100 requests on", () => {
  const failed = (totalRequests: number, failedRequests: number) =>
    attention([], { totalRequests, failedRequests }, NOW);
  expect([failed(0, 0), failed(99, 99), failed(100, 4)]).toEqual([[], [], []]);
  expect(failed(100, 5)).toEqual(["5 % of the last day's 100 requests failed"]);
});

test("a key's name pings nobody", () => {
  const [line = ""] = told({ name: "x` <!here> @all\n• fine", expiry: inDays(1) });
  expect(line).toBe("`x? ??here? ?all?? fine` ends on 2027-01-02, days left: 1");
});
