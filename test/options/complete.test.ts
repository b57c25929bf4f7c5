import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { COMMANDS, cliFlags } from "../support/options/cliFlags.ts";
import { EXEMPT_FLAGS, FLAG_ROWS } from "../support/options/flagRows.ts";
import { optionDocs } from "../support/options/optionDocs.ts";
import { cellOf, isImpossibleWay, type OptionRow, rowId } from "../support/options/optionRow.ts";
import { OPTION_ROWS } from "../support/options/optionRows.ts";
import { sdkFields } from "../support/options/sdkFields.ts";
import { type Cell, isImpossible, RUNS, SITUATIONS, WAYS } from "../support/options/verdicts.ts";

describe("the matrix of options", () => {
  test("has a row for every resource option of the SDK in use, and for no other", () => {
    const fields = sdkFields();
    expect(fields.length).toBeGreaterThanOrEqual(25);
    expect([...new Set(OPTION_ROWS.map(({ option }) => option))].sort()).toEqual(fields);
  });

  test("says what to do about every limit, and shows it by the floor or by Pulumi's own words", () => {
    const limits = OPTION_ROWS.flatMap((row) =>
      cellsOf(row)
        .filter(({ verdict }) => verdict === "limit")
        .map((cell) => ({ row, cell })),
    );
    expect(limits.length).toBeGreaterThan(10);
    for (const { row, cell } of limits) {
      expect(row.remedy, rowId(row)).toBeTruthy();
      expect(cell.floor, rowId(row)).toBeDefined();
    }
  });

  test("says by which words a refusal is known", () => {
    const refusals = OPTION_ROWS.flatMap(cellsOf).filter(({ effect }) => effect === "refused");
    expect(refusals.length).toBeGreaterThan(50);
    for (const cell of refusals) expect(cell.says).toBeDefined();
  });

  test("is what docs/options.md shows: npm run docs", () => {
    expect(readFileSync(join(packageRoot, "docs", "options.md"), "utf8")).toBe(optionDocs());
  });
});

describeWithEngine("the matrix of flags", (engine) => {
  test.each(COMMANDS)(
    "has a row, or an exemption with a reason, for every flag of `%s` of the engine in use",
    (command) => {
      const flags = cliFlags(engine, command);
      expect(flags.length).toBeGreaterThan(20);
      const rows = FLAG_ROWS.filter((row) => row.command === command).map(({ flag }) => flag);
      expect(flags.filter((flag) => !rows.includes(flag) && EXEMPT_FLAGS[flag] === undefined)).toEqual([]);
      expect(rows.filter((flag) => !flags.includes(flag))).toEqual([]);
    },
  );

  test("exempts no flag that no command has", () => {
    const known = new Set(COMMANDS.flatMap((command) => cliFlags(engine, command)));
    expect(Object.keys(EXEMPT_FLAGS).filter((flag) => !known.has(flag))).toEqual([]);
  });
});

/** All cells of a row that can happen. */
function cellsOf(row: OptionRow): Cell[] {
  return WAYS.filter((way) => !isImpossibleWay(row.ways[way])).flatMap((way) =>
    RUNS.filter((run) => (row.runs ?? ["read", "unread"]).includes(run)).flatMap((run) =>
      SITUATIONS.flatMap((situation) => {
        const cell = cellOf({ row, way, name: "" }, situation, run);
        return isImpossible(cell) ? [] : [cell];
      }),
    ),
  );
}
