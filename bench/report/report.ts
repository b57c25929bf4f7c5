import { KINDS, OPERATIONS } from "../operations.ts";
import {
  contestantsOf,
  exponentOf,
  keysOf,
  latenciesOf,
  medianOf,
  type Results,
  type Sample,
  samplesOf,
  wall,
} from "../results.ts";
import { figure, table } from "./table.ts";
import { type Judged, judge, policySeconds } from "./targets.ts";

const ROLES: readonly ((sample: Sample) => number)[] = [
  ({ cpuMs }) => cpuMs.engine / 1_000,
  ({ cpuMs }) => cpuMs.program / 1_000,
  ({ cpuMs }) => cpuMs.provider / 1_000,
  ({ apiCpuMs }) => apiCpuMs / 1_000,
];

/** What a person reads. `short`: what docs/figures.md keeps. */
export function report(results: Results, short: boolean): string {
  return [
    ...latenciesOf(results).map((latencyMs) =>
      section(`Seconds, API of ${latencyMs} ms (in brackets: times the floor)`, wallTable(results, latencyMs)),
    ),
    ...(short ? [] : [section("Processor seconds: engine + program + provider + API", processorTable(results))]),
    section("A key's state, the provider's memory, growth with the number of keys", resourcesTable(results)),
    section("Requests", requestsTable(results)),
    ...(results.small === undefined && results.policy.length === 0 ? [] : [section("Alone", smallTable(results))]),
    section("Targets", targetsTable(judge(results))),
    ...results.failures.map(
      ({ contestant, keys, latencyMs, repeat, operation, why }) =>
        `Not counted: ${contestant}, ${keys} keys, ${latencyMs} ms, repeat ${repeat}, ${operation}: ${why.split("\n")[0]}`,
    ),
  ].join("\n\n");
}

function section(title: string, body: string): string {
  return `${title}:\n\n${body}`;
}

function wallTable(results: Results, latencyMs: number): string {
  const rows = each(results, latencyMs).map(({ keys, contestant }) => [
    String(keys),
    contestant,
    ...OPERATIONS.map((operation) => {
      const seconds = medianOf(results, { contestant, keys, latencyMs, operation }, wall);
      const floor = medianOf(results, { contestant: "floor", keys, latencyMs, operation }, wall);
      return contestant === "floor" || !Number.isFinite(seconds / floor)
        ? figure(seconds)
        : `${figure(seconds)} (${(seconds / floor).toFixed(2)})`;
    }),
  ]);
  return table([["keys", "", ...OPERATIONS], ...rows]);
}

function processorTable(results: Results): string {
  const rows = latenciesOf(results).flatMap((latencyMs) =>
    each(results, latencyMs).map(({ keys, contestant }) => [
      String(latencyMs),
      String(keys),
      contestant,
      ...OPERATIONS.map((operation) =>
        ROLES.map((role) => figure(medianOf(results, { contestant, keys, latencyMs, operation }, role))).join(" + "),
      ),
    ]),
  );
  return table([["ms", "keys", "", ...OPERATIONS], ...rows]);
}

function resourcesTable(results: Results): string {
  const [latencyMs = 0] = latenciesOf(results);
  const largest = keysOf(results).at(-1) ?? 0;
  const rows = contestantsOf(results).map((contestant) => [
    contestant,
    medianOf(results, { contestant, keys: largest }, ({ stateBytesAKey }) => stateBytesAKey).toFixed(0),
    Math.max(...samplesOf(results, { contestant }).map(({ providerPeakMB }) => providerPeakMB)).toFixed(0),
    ...OPERATIONS.map((operation) => figure(exponentOf(results, { contestant, latencyMs, operation }))),
  ]);
  return table([["", "bytes a key", "provider's peak, MB", ...OPERATIONS.map((name) => `${name}: N^`)], ...rows]);
}

/** Of the largest number of keys; the most of each kind, not the median: a request too many is one too many. */
function requestsTable(results: Results): string {
  const rows = keysOf(results).flatMap((keys) =>
    contestantsOf(results)
      .filter((contestant) => contestant !== "floor")
      .map((contestant) => [
        String(keys),
        contestant,
        ...OPERATIONS.map((operation) => {
          const measured = samplesOf(results, { contestant, keys, operation });
          const most = KINDS.map((kind) => [kind, Math.max(0, ...measured.map((one) => one.requests[kind]))] as const);
          return most.flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : [])).join(", ") || "0";
        }),
      ]),
  );
  return table([["keys", "", ...OPERATIONS], ...rows]);
}

function smallTable(results: Results): string {
  const { small } = results;
  const starts = (what: string, all: Readonly<Record<string, number>>) =>
    Object.entries(all).map(([name, ms]) => [`${what}, ${name}`, `${ms.toFixed(0)} ms`]);
  const rows =
    small === undefined
      ? []
      : [
          ...starts("start of a program", small.programStartMs),
          ...starts("start of the provider, with the first check", small.providerStartMs),
          ["check alone", `${small.checkMicros.toFixed(0)} µs`],
          ["diff alone", `${small.diffMicros.toFixed(0)} µs`],
          ["client: creates a second, 16 at once", small.client.createsASecond.toFixed(0)],
          [`client: listing of ${small.client.listed} keys`, `${small.client.listMs.toFixed(0)} ms`],
        ];
  const policy = results.policy.map(({ keys }) => [
    `policy pack on a preview of ${keys} keys`,
    `${figure(policySeconds(results, keys))} s more`,
  ]);
  return table([["what", ""], ...rows, ...policy]);
}

function targetsTable(all: readonly Judged[]): string {
  const measured = all.filter(({ met }) => met !== undefined);
  const rows = measured.map(({ target, found, limit, met }) => [
    target,
    figure(found),
    `≤ ${figure(limit)}`,
    met === true ? "met" : "**not met**",
  ]);
  const count = `${measured.filter(({ met }) => met).length} of ${measured.length} met; ${all.length - measured.length} not measured.`;
  return `${table([["target", "found", "limit", ""], ...rows])}\n\n${count}`;
}

function each(results: Results, latencyMs: number) {
  return keysOf(results).flatMap((keys) =>
    contestantsOf(results)
      .filter((contestant) => samplesOf(results, { contestant, keys, latencyMs }).length > 0)
      .map((contestant) => ({ keys, contestant })),
  );
}
