import type { OptionRow } from "./optionRow.ts";
import type { Tried } from "./verdicts.ts";

const HIDDEN = `hideDiffs: ["description"]`;
const IMPOSSIBLE = { impossible: "a control" };
const none = { inherited: IMPOSSIBLE, transform: IMPOSSIBLE, transformation: IMPOSSIBLE };

/** Cells that must be red, in the same stack as all others: else the matrix sees nothing. */
export const CONTROL_ROWS: readonly OptionRow[] = [
  {
    option: "control: a wrong expectation",
    written: HIDDEN,
    runs: ["read"],
    ways: { ...none, own: { cells: { change: { effect: "same", verdict: "honoured" } } } },
    says: "Says that a changed description makes no new key.",
  },
  {
    option: "control: revokes too much",
    written: HIDDEN,
    runs: ["read"],
    spoils: "rotation",
    ways: { ...none, own: {} },
    says: "The test revokes the replaced key within its overlap, as a provider might.",
  },
];

export function isControl({ row }: Tried): boolean {
  return row.startsWith("control:");
}

/** What is wrong with the controls: each must be red, and say what is wrong. */
export function controlsMissed(tried: readonly Tried[]): string[] {
  const says = (row: string, situation: string, text: string) =>
    tried.some(
      (one) =>
        one.row.startsWith(row) &&
        one.situation === situation &&
        one.problems.some((problem) => problem.includes(text)),
    );
  return [
    ...(says("control: a wrong expectation", "change", "was replaced") ? [] : ["a wrong expectation wasn't seen"]),
    ...(says("control: revokes too much", "rotation", "REVOKED IN USE")
      ? []
      : ["a key revoked within its overlap wasn't seen"]),
  ];
}
