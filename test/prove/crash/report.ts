import {
  AFTERS,
  type Cell,
  type CrashKind,
  type CrashOperation,
  cellName,
  impossible,
  KINDS,
  leavesLeftover,
  OPERATIONS,
  PHASES,
} from "../../support/crash/matrix.ts";
import type { Result } from "../../support/crash/run.ts";

/** The matrix as a table for people and as data. */
export function report(results: readonly Result[], cells: readonly Cell[], ms: number) {
  const byName = new Map(results.map((result) => [result.name, result]));
  const isCell = new Set(cells.map(cellName));
  const others = results.filter(({ name }) => !isCell.has(name));
  const ran = cells.filter((cell) => byName.has(cellName(cell)));
  const isGreen = (cell: Cell) => byName.get(cellName(cell))?.wrong.length === 0;
  const reasons = new Map<string, number>();
  for (const cell of cells) {
    const reason = impossible(cell);
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const green = ran.filter(isGreen);
  const json = {
    seconds: Math.round(ms / 1000),
    cells: { run: ran.length, green: green.length, red: ran.length - green.length },
    leftoverNamed: green.filter(leavesLeftover).map(cellName),
    others: others.map(({ name, wrong }) => ({ name, green: wrong.length === 0 })),
    red: results.filter(({ wrong }) => wrong.length > 0).map(({ name, wrong }) => ({ name, wrong })),
    impossible: [...reasons].map(([reason, count]) => ({ reason, cells: count })),
    results: ran.map((cell) => ({ ...cell, green: isGreen(cell) })),
  };

  const mark = (operation: CrashOperation, phase: (typeof PHASES)[number], kind: CrashKind): string => {
    const here = AFTERS.map((after) => ({ operation, phase, kind, after }));
    const marks = here.filter((cell) => byName.has(cellName(cell))).map((cell) => letter(cell, isGreen(cell)));
    if (marks.length > 0) return marks.join(" ");
    return here.every((cell) => impossible(cell) !== undefined) ? "-" : ".";
  };
  const rows = OPERATIONS.flatMap((operation) =>
    PHASES.map((phase) => [operation, phase, ...KINDS.map((kind) => mark(operation, phase, kind))]),
  ).filter((row) => row.slice(2).some((cell) => cell !== "." && cell !== "-"));
  const table = [["operation", "moment", ...KINDS], ["---", "---", ...KINDS.map(() => "---")], ...rows];
  const text = [
    ...table.map((row) => `| ${row.join(" | ")} |`),
    "",
    "same, reverted, removed, destroy: what came after, green. RED: not. *: a leftover, never used, was named, and destroy ended it. -: can't occur. .: not run.",
    "",
    ...others.map(({ name, wrong }) => `${wrong.length === 0 ? "green" : "RED  "} ${name}`),
    "",
    "Can't occur:",
    ...json.impossible.map(({ reason, cells: count }) => `- ${count} cells: ${reason}`),
    "",
    `${green.length} of ${ran.length} cells green, ${others.length} sequences and controls, ${json.red.length} red, ${json.seconds} s`,
    "",
  ].join("\n");
  return { json, text };
}

function letter(cell: Cell, green: boolean): string {
  return `${green ? "" : "RED "}${cell.after}${green && leavesLeftover(cell) ? "*" : ""}`;
}
