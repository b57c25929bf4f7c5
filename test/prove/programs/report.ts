import { writeFileSync } from "node:fs";
import type { Played } from "../../support/programs/histories.ts";
import { sum } from "../../support/programs/tally.ts";

export function line({ name, verdict }: Played): string {
  const seconds = `${(verdict.ms / 1000).toFixed(1)} s`;
  return verdict.wrong.length === 0
    ? `ok  ${name} ${seconds}`
    : `RED ${name} ${seconds} ${verdict.wrong[0]?.split("\n")[0]}`;
}

/** What was covered, and at what rate. */
export function report(results: readonly Played[], ms: number, seed: number): string {
  const tally = sum(results.map(({ verdict }) => verdict.tally));
  const counts = Object.keys(tally)
    .sort()
    .map((label) => `${String(tally[label]).padStart(6)} ${label}`);
  const commands = results.reduce((total, { verdict }) => total + verdict.commands, 0);
  const failed = results.filter(({ verdict }) => verdict.wrong.length > 0).length;
  const minutes = ms / 60_000;
  const rate = (results.length / minutes).toFixed(1);
  return `${counts.join("\n")}
${results.length} histories, ${commands} commands of the engine in ${minutes.toFixed(1)} minutes (${rate} histories a minute), ${failed} failed; seed ${seed}
`;
}

/** Everything about the failed ones, for whoever looks into them. */
export function writeStories(failed: readonly Played[]): void {
  const stories = failed.map(({ name, case: it, verdict: { wrong, story } }) => ({ name, wrong, case: it, story }));
  writeFileSync(".zkscore/programs-failed.json", `${JSON.stringify(stories, undefined, 1)}\n`);
}
