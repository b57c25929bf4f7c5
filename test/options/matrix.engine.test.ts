import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { CONTROL_ROWS } from "../support/options/controls.ts";
import { optionGroups, runGroups } from "../support/options/optionMatrix.ts";
import type { OptionRow } from "../support/options/optionRow.ts";
import { rowId } from "../support/options/optionRow.ts";
import { OPTION_ROWS } from "../support/options/optionRows.ts";
import { reportOf } from "../support/options/report.ts";
import { WAYS, type Way } from "../support/options/verdicts.ts";

/** What endangers a key in use most; all cells: `npm run prove:options`. */
const DANGEROUS: readonly [row: string, ...ways: Way[]][] = [
  ["deletedWith", "inherited"],
  ["ignoreChanges (description)", "own"],
  ["ignoreChanges (index)", "own"],
  ["parent (with dependents beside it)", "own"],
  ["replacementTrigger", "own"],
  ["retainOnDelete (true)", "inherited", "transform"],
  ["transforms (a name)", "inherited"],
];

describeWithEngine("the most dangerous cells of the matrix", () => {
  test("are as the table says, and both controls are red", { timeout: 240_000 }, async () => {
    const started = performance.now();
    const rows = DANGEROUS.map(([id, ...ways]) => only(id, ways));
    const tried = await runGroups([...optionGroups([...rows, ...CONTROL_ROWS], ["read"])]);
    const { summary, red, missed } = reportOf(tried, (performance.now() - started) / 1000);
    console.log(summary);
    expect(red).toEqual([]);
    expect(missed).toEqual([]);
    expect(tried.length).toBeGreaterThanOrEqual(40);
  });
});

function only(id: string, ways: readonly Way[]): OptionRow {
  const row = OPTION_ROWS.find((one) => rowId(one) === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  const others = WAYS.filter((way) => !ways.includes(way)).map((way) => [way, { impossible: "not in this share" }]);
  return { ...row, ways: { ...row.ways, ...Object.fromEntries(others) } };
}
