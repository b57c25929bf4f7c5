import { expect, test } from "vitest";
import { type ContestantName, OPERATIONS } from "../../bench/operations.ts";
import { betweenMarks } from "../../bench/report/figures.ts";
import { plot } from "../../bench/report/plot.ts";
import { report } from "../../bench/report/report.ts";
import { figure, table } from "../../bench/report/table.ts";
import { judge } from "../../bench/report/targets.ts";
import type { Results, Sample } from "../../bench/results.ts";

/** Seconds for each contestant, of `keys` keys. */
function results(seconds: Partial<Record<ContestantName, (keys: number) => number>>, latencies = [0]): Results {
  const samples = Object.entries(seconds).flatMap(([contestant, of]) =>
    [10, 100, 300].flatMap((keys) =>
      latencies.flatMap((latencyMs) =>
        OPERATIONS.map(
          (operation): Sample => ({
            // The keys of the record above.
            contestant: contestant as ContestantName,
            keys,
            latencyMs,
            repeat: 0,
            operation,
            wallMs: of(keys) * 1_000,
            cpuMs: { engine: 900, program: 500, provider: 300, policy: 0 },
            apiCpuMs: 20,
            unseenCpuMs: 0,
            providerPeakMB: contestant === "ours" ? 170 : 140,
            requests: { create: operation === "create" ? keys : 0, list: 1, update: 0, revoke: 0, other: 0 },
            ...(operation === "create" ? { stateBytesAKey: contestant === "ours" ? 2_300 : 2_000 } : {}),
          }),
        ),
      ),
    ),
  );
  const policy = [{ keys: 100, withoutMs: [2_000, 2_000, 2_000], withMs: [2_900, 3_400, 2_800] }];
  return {
    started: "2026-11-26T12:00:00Z",
    machine: "none",
    options: {},
    samples,
    failures: [],
    policy,
    small: undefined,
  };
}

const target = (given: Results, name: string) => judge(given).find((one) => one.target.startsWith(name));

test("columns stand below each other, also with characters of two units", () => {
  const lines = table([["a", "long head"], ["😀", "x"], ["12345"]]).split("\n");
  expect(lines).toEqual([
    "| a     | long head |",
    "| ----- | --------- |",
    "| 😀     | x         |",
    "| 12345 |           |",
  ]);
});

test("a figure has three digits, a dash what wasn't measured", () => {
  expect([0.123, 1.234, 12.34, 123.4, Number.NaN].map(figure)).toEqual(["0.12", "1.23", "12.3", "123", "–"]);
});

test("a target is met up to its limit as shown, not met above it, and neither where nothing was measured", () => {
  const at = (factor: number) => results({ floor: (keys) => keys, ours: (keys) => factor * keys });
  expect(target(at(1.1), "create, 10 keys: × floor")).toMatchObject({ met: true, limit: 1.1 });
  expect(target(at(1.104), "create, 10 keys: × floor")?.met).toBe(true);
  expect(target(at(1.11), "create, 10 keys: × floor")).toMatchObject({ met: false });
  expect(target(at(1), "create, 300 keys: × tofu")).toBeUndefined();
  expect(target(at(1), "refresh, 300 keys: × tofu")?.met).toBeUndefined();
  expect(target(at(1), "destroy, 300 keys, 50 ms")?.met).toBeUndefined();
});

test("at 50 ms ours may take two requests' time a key, sixteen side by side, above the floor", () => {
  const found = target(results({ floor: () => 5, ours: () => 6.8 }, [0, 50]), "create, 300 keys, 50 ms");
  expect(found?.limit).toBeCloseTo(5 + (2 * 300 * 0.05) / 16, 10);
  expect(found?.met).toBe(true);
});

test("state, memory, policy pack, rivals and growth are judged", () => {
  const given = results({ floor: (n) => n, naive: (n) => 2 * n, ours: (n) => n ** 1.2, tofu: (n) => n ** 1.3 });
  expect(target(given, "bytes of state")).toMatchObject({ found: 1.15, met: true });
  expect(target(given, "provider's peak memory")).toMatchObject({ found: 30, met: true });
  expect(target(given, "policy pack")).toMatchObject({ found: 0.9, met: true });
  expect(target(given, "destroy, 300 keys: × naive")?.met).toBe(false);
  expect(target(given, "destroy, 300 keys: × tofu")?.met).toBe(true);
  expect(target(given, "destroy, 0 ms: exponent")?.met).toBe(false);
});

test("the report names what wasn't counted, and shows ratios to the floor", () => {
  const given = results({ floor: () => 2, ours: () => 3 });
  const failure = {
    contestant: "naive",
    keys: 10,
    latencyMs: 0,
    repeat: 1,
    operation: "up",
    why: "exit code 1\nits second line",
  } as const;
  const text = report({ ...given, failures: [failure] }, false);
  expect(text).toContain("3.00 (1.50)");
  expect(text).toContain("**not met**");
  expect(text).toContain("Not counted: naive, 10 keys, 0 ms, repeat 1, up: exit code 1");
  expect(text).not.toContain("its second line");
  expect(text).not.toContain("NaN");
});

test("the plot has a panel for each operation, a line for each contestant, and no number that isn't one", () => {
  const svg = plot(results({ floor: (n) => n / 50, naive: (n) => n / 20, ours: (n) => n / 40 }));
  expect(svg.match(/<polyline/g)).toHaveLength(OPERATIONS.length * 3);
  expect(svg.match(/<circle/g)).toHaveLength(OPERATIONS.length * 9);
  for (const operation of OPERATIONS) expect(svg).toContain(`>${operation}</text>`);
  const slow = plot(results({ floor: (n) => n }));
  for (const tick of [20, 50, 100, 200]) expect(slow).toContain(`>${tick}</text>`);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test("only what stands between the marks of a page is written anew", () => {
  const page = "before\n<!-- bench:start -->\n\nold\n\n<!-- bench:end -->\nafter\n";
  const written = betweenMarks(page, "new");
  expect(written).toBe("before\n<!-- bench:start -->\n\nnew\n\n<!-- bench:end -->\nafter\n");
  expect(betweenMarks(written, "new")).toBe(written);
  expect(() => betweenMarks("no marks", "new")).toThrow("bench:start");
});
