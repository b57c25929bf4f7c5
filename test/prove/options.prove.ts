import { writeSync } from "node:fs";
import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { CONTROL_ROWS } from "../support/options/controls.ts";
import { flagGroups, optionGroups, runGroups } from "../support/options/optionMatrix.ts";
import { rowId } from "../support/options/optionRow.ts";
import { OPTION_ROWS } from "../support/options/optionRows.ts";
import { reportOf } from "../support/options/report.ts";
import type { Tell, Tried } from "../support/options/verdicts.ts";

/** `OPTIONS_GROUPS='^up --replace'` tries those stacks only, by title; `OPTIONS_ROWS='^ignoreChanges'` those rows. */
const wanted = new RegExp(process.env["OPTIONS_GROUPS"] ?? "");
const wantedRows = new RegExp(process.env["OPTIONS_ROWS"] ?? "");

describeWithEngine("the matrix of options and flags", () => {
  test("every cell is honoured, refused, or Pulumi's own limit, and no key in use ends by it", async () => {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const groups = [
      ...optionGroups([...OPTION_ROWS.filter((row) => wantedRows.test(rowId(row))), ...CONTROL_ROWS]),
      ...flagGroups(),
    ].filter(({ title }) => wanted.test(title));
    // Straight to the terminal: vitest shows a test's console when the test has ended.
    const say = (text: string) => writeSync(1, `${Math.round(seconds())} s: ${text}\n`);
    say(`${groups.length} groups`);
    let judged = 0;
    const tell: Tell = (some) => {
      const before = judged;
      judged += some.length;
      for (const one of some.filter(({ problems }) => problems.length > 0)) say(`red ${shortly(one)}`);
      if (Math.floor(judged / 50) > Math.floor(before / 50)) say(`${judged} cells`);
    };
    const tried = await runGroups(
      groups,
      ({ title, keys }, some) => {
        const red = some.filter(({ problems }) => problems.length > 0);
        for (const one of red) say(`RED ${shortly(one)}`);
        say(`${title}: ${keys} keys, ${some.length} cells, ${red.length} red`);
      },
      tell,
    );
    const { summary, red, missed } = reportOf(tried, seconds());
    console.log([summary, ...red].join("\n"));
    expect(red).toEqual([]);
    if (wanted.source !== "(?:)" || wantedRows.source !== "(?:)") return; // a part of the matrix may lack the controls
    expect(missed).toEqual([]);
    expect(tried.length).toBeGreaterThanOrEqual(1_500);
  });
});

function shortly({ row, situation, run, problems }: Tried): string {
  return `${row} | ${situation} | ${run}: ${problems.map((problem) => problem.slice(0, 300)).join("; ")}`;
}
