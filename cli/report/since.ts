import { compareGrants } from "../../provider/domain/grants.ts";
import { grantsText } from "../../provider/domain/grantsText.ts";
import type { Changes, ReportData, ReportKey } from "./data.ts";

/** What changed from an earlier report to this one. `statusNow`: what the account says of a key that isn't in this one. */
export function changesSince(
  before: ReportData,
  after: ReportData,
  statusNow: (keyId: string) => string | undefined,
): Changes {
  const old = new Map(before.keys.map((key) => [key.id, key]));
  const now = new Map(after.keys.map((key) => [key.id, key]));
  const fresh = after.keys.filter(({ id }) => !old.has(id));
  const pairs = fresh.flatMap((key) => {
    const was = predecessorOf(key, before.keys);
    return was === undefined ? [] : [{ key, was }];
  });
  const rotated = new Set(pairs.map(({ key }) => key.id));
  const replaced = new Set(pairs.map(({ was }) => was.id));
  const compared = [
    ...pairs,
    ...after.keys.flatMap((key) => {
      const was = old.get(key.id);
      return was === undefined ? [] : [{ key, was }];
    }),
  ];
  return {
    since: before.madeAt,
    made: fresh.filter(({ id }) => !rotated.has(id)).map(named),
    rotated: pairs.map(({ key, was }) => ({ ...named(key), was: was.id })),
    gone: before.keys
      .filter(({ id }) => !now.has(id) && !replaced.has(id))
      .map((key) => ({ ...named(key), now: statusNow(key.id) ?? "not in this report" })),
    changed: compared.flatMap(({ key, was }) => {
      const lines = linesOf(was, key);
      return lines.length === 0 ? [] : [{ ...named(key), lines }];
    }),
    findings: findingChanges(before, after),
    caveats: caveatsOf(before, after),
  };
}

function named({ id, name, madeBy }: ReportKey): Changes["made"][number] {
  return { id, name, ...(madeBy === undefined ? {} : { madeBy }) };
}

/** The key that the same resource had: not one that was in its overlap already. */
function predecessorOf({ madeBy, relation }: ReportKey, keys: readonly ReportKey[]): ReportKey | undefined {
  if (madeBy === undefined || relation === "retired") return undefined;
  return keys.find((key) => key.madeBy === madeBy && key.relation !== "retired");
}

function linesOf(was: ReportKey, key: ReportKey): string[] {
  const same = was.id === key.id;
  const field = (what: string, from = "none", to = "none") => (from === to ? [] : [`${what}: ${from} → ${to}`]);
  return [
    ...permissionLines(was, key),
    ...(same ? field("name", was.name, key.name) : []),
    ...(same ? field("ends", was.expiry, key.expiry) : []),
    ...field("status", was.status, key.status),
    ...field("standing", was.relation, key.relation),
    ...field("owner", was.owner, key.owner),
  ];
}

function permissionLines(was: ReportKey, key: ReportKey): string[] {
  if (was.permissions === undefined && key.permissions === undefined) return [];
  if (was.permissions === undefined || key.permissions === undefined) return ["permissions: known on one side only"];
  return grantsText(compareGrants(was.permissions, key.permissions));
}

/** By resource: the finding of a key that was rotated is its successor's, too. */
function findingChanges(before: ReportData, after: ReportData): Changes["findings"] {
  const [old, now] = [byPlace(before), byPlace(after)];
  const more = [...now].filter(([place]) => !old.has(place)).map(([, policy]) => policy);
  const fewer = [...old].filter(([place]) => !now.has(place)).map(([, policy]) => policy);
  const count = (policies: readonly string[], policy: string) => policies.filter((one) => one === policy).length;
  return [...new Set([...more, ...fewer])].map((policy) => ({
    policy,
    more: count(more, policy),
    fewer: count(fewer, policy),
  }));
}

function byPlace({ keys, findings }: ReportData): Map<string, string> {
  const resources = new Map(keys.map(({ id, madeBy }) => [id, madeBy ?? id]));
  return new Map(
    findings.map(({ policy, code, keyId, path }) => [
      JSON.stringify([policy, code, resources.get(keyId) ?? keyId, path]),
      policy,
    ]),
  );
}

function caveatsOf(before: ReportData, after: ReportData): string[] {
  const stacks = ({ sources }: ReportData) =>
    sources.states
      .map(({ stack }) => stack)
      .sort()
      .join(", ");
  return [
    ...(before.endpoint === after.endpoint ? [] : ["the two reports are of different accounts, or one asked none"]),
    ...(stacks(before) === stacks(after)
      ? []
      : ["the two reports were given other states: a key's standing may differ for that alone"]),
    ...(before.policies.length === 0 && after.policies.length > 0 ? ["the earlier report judged no policy"] : []),
    ...[before, after].flatMap(({ sources }, index) =>
      sources.account === "incomplete" ? [`the ${index === 0 ? "earlier" : "present"} listing was incomplete`] : [],
    ),
  ];
}
