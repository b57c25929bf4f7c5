import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine.ts";
import { optionGroups, runGroups } from "../support/options/optionMatrix.ts";

const only = process.env["OPTIONS_ONLY"];
describeWithEngine("the matrix", () => {
  test("every cell", async () => {
    const started = performance.now();
    const groups = optionGroups().filter((g) => only === undefined || new RegExp(only).test(g.title));
    for (const g of groups) console.log(g.title, g.subjects.length);
    const tried = await runGroups(groups, 1);
    const red = tried.filter((one) => one.problems.length > 0);
    writeFileSync("/tmp/mx/red.txt", red.map((one) => `## ${one.row} | ${one.situation} | ${one.run}\n${one.problems.join("\n")}`).join("\n\n"));
    console.log(tried.length, red.length, (performance.now() - started) / 1000);
    console.log(red.map((one) => `${one.row} | ${one.situation} | ${one.run}: ${one.problems.map((p) => p.slice(0, 100)).join("; ")}`).join("\n"));
    expect(red.length).toBe(0);
  });
});
