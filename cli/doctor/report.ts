import { shown } from "../../provider/domain/shown.ts";
import type { Check } from "./check.ts";

const TEXT_MAX = 1_000;

/** What `doctor` found, for a person. */
export function asText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, outcome, found, remedy }) => [
    `${outcome.padEnd(7)}  ${name.padEnd(width)}  ${shown(found, TEXT_MAX)}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(9 + width)}  → ${shown(remedy, TEXT_MAX)}`]),
  ]);
  return [...lines, "", summary(checks)].join("\n");
}

function summary(checks: readonly Check[]): string {
  const count = (outcome: string) => checks.filter((check) => check.outcome === outcome).length;
  const found = count("warning") + count("failed");
  const open = count("unknown") === 0 ? "" : `; ${count("unknown")} could not be looked at`;
  return found === 0 ? `Nothing to look at${open}.` : `${found} to look at${open}.`;
}
