import { appendFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine.ts";
import { OPTION_ROWS } from "../support/options/optionRows.ts";
import { flagGroups, optionGroups, runGroups } from "../support/options/optionMatrix.ts";

const only = process.env["OPTIONS_ONLY"];
describeWithEngine("the matrix", () => {
  test("every cell", async () => {
    const started = performance.now();
    const rows = OPTION_ROWS.filter((row) => new RegExp(process.env["OPTIONS_ROWS"] ?? ".").test(row.option));
    const groups = [...optionGroups(rows), ...flagGroups()].filter((g) => only === undefined || new RegExp(only).test(g.title));
    for (const g of groups) console.log(g.title, g.keys);
    const tried = await runGroups(groups, (g, results) => appendFileSync("/tmp/mx/results.jsonl", results.map((r) => `${JSON.stringify({ group: g.title, ...r })}\n`).join("")), 2);
    const red = tried.filter((one) => one.problems.length > 0);
    writeFileSync("/tmp/mx/red.txt", red.map((one) => `## ${one.row} | ${one.situation} | ${one.run}\n${one.problems.join("\n")}`).join("\n\n"));
    console.log(tried.length, red.length, (performance.now() - started) / 1000);
    console.log(red.map((one) => `${one.row} | ${one.situation} | ${one.run}: ${one.problems.map((p) => p.slice(0, 100)).join("; ")}`).join("\n"));
    expect(red.length).toBe(0);
  });
});
