import { controlsMissed, isControl } from "./controls.ts";
import type { Tried } from "./verdicts.ts";

/** What a run of the matrix came to. */
export interface Report {
  /** One line: cells, verdicts, red ones. */
  summary: string;
  /** A line for each red cell, with what was seen. */
  red: readonly string[];
  /** Controls that weren't red. */
  missed: readonly string[];
}

export function reportOf(tried: readonly Tried[], seconds: number): Report {
  const cells = tried.filter((one) => !isControl(one));
  const red = cells.filter(({ problems }) => problems.length > 0);
  const count = (verdict: Tried["verdict"]) => cells.filter((one) => one.verdict === verdict).length;
  const missed = controlsMissed(tried);
  return {
    summary: [
      `options and flags: ${cells.length} cells of ${new Set(cells.map(({ row }) => row)).size} rows`,
      `${count("honoured")} honoured, ${count("refused")} refused, ${count("limit")} Pulumi's own limit`,
      `${red.length} red`,
      missed.length === 0 ? "both controls red, as they must be" : `CONTROL: ${missed.join("; ")}`,
      `${Math.round(seconds)} s`,
    ].join(", "),
    red: red.map((one) => `${one.row} | ${one.situation} | ${one.run}: ${one.problems.join("\n    ")}`),
    missed,
  };
}
