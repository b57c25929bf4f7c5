import { shown } from "../../provider/domain/shown.ts";
import { type Line, linesOf, type Tone, toned } from "../lines.ts";
import type { Check, Outcome } from "./check.ts";

const TEXT_MAX = 1_000;
const TONES: Readonly<Record<Outcome, Tone>> = { ok: "good", warning: "warn", failed: "bad", unknown: "quiet" };

/** What `doctor` found, for a person. */
export function asLines(checks: readonly Check[]): Line[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, outcome, found, remedy }): Line[] => [
    [toned(TONES[outcome], outcome.padEnd(7)), `  ${name.padEnd(width)}  ${shown(found, TEXT_MAX)}`],
    ...(remedy === undefined ? [] : [[`${" ".repeat(9 + width)}  → ${shown(remedy, TEXT_MAX)}`]]),
  ]);
  return [...lines, [], ...linesOf(summary(checks))];
}

function summary(checks: readonly Check[]): string {
  const count = (outcome: string) => checks.filter((check) => check.outcome === outcome).length;
  const found = count("warning") + count("failed");
  const open = count("unknown") === 0 ? "" : `; ${count("unknown")} could not be looked at`;
  return found === 0 ? `Nothing to look at${open}.` : `${found} to look at${open}.`;
}
