import { shown } from "../../provider/domain/shown.ts";
import { type Assumption, UNTRIED } from "./judge.ts";
import type { ProbeReport } from "./run.ts";

const TEXT_MAX = 1_000;
const ISSUES = "https://github.com/pulumi-zkscore/pulumi-zkscore/issues";

/** What the probe came to, for a person. */
export function asText({ key, assumptions, settings, left, earlier, strangers, stopped }: ProbeReport): string {
  const lines = [
    `Tried with key ${shown(key.id)} ("${shown(key.name)}"), which ${left.length === 0 ? "is revoked" : "is NOT revoked"}.`,
    ...(stopped ? ["It was stopped: what isn't judged wasn't tried."] : []),
    "",
    ...assumptions.flatMap(lineOf),
    ...UNTRIED.map((text) => `unknown  ${text}: one key can't try it`),
    "",
    ...settings.map(({ name, value, why }) => `setting  ${name}=${value}: ${why}`),
    ...earlier.map(
      (one) =>
        `earlier  key ${shown(one.id)} of a probe that was cut off ${one.revoked ? "is revoked" : "could NOT be revoked"}`,
    ),
    ...left.map(
      (one) =>
        `left     key ${shown(one.id)} lives on: revoke it yourself; the next probe tries again, and it ends within an hour`,
    ),
    ...strangers.map(
      (one) => `other    key ${shown(one.id)} looks like a probe's of another machine, and was not touched`,
    ),
    "",
    summary(assumptions),
  ];
  return lines.join("\n").replace(/\n{3,}/g, "\n\n");
}

function lineOf({ standing, text, found, follows }: Assumption): string[] {
  return [
    `${standing.padEnd(7)}  ${text}: ${shown(found, TEXT_MAX)}`,
    ...(follows === undefined ? [] : [`${" ".repeat(9)}→ ${follows}`]),
  ];
}

function summary(assumptions: readonly Assumption[]): string {
  // That updates don't exist is expected: the reference documents none.
  const broken = assumptions.filter(isSurprise);
  if (broken.length === 0) return "Every assumption that was tried holds.";
  return `${broken.length} do not hold: ${broken.map(({ id }) => id).join(", ")}. Please report them with the lines above: ${ISSUES}`;
}

/** The reference documents no update, so that its absence is no surprise. */
export function isSurprise({ id, standing, found }: Assumption): boolean {
  return standing === "broken" && !(id === "update" && /^it answers (404|405|501)$/.test(found));
}
