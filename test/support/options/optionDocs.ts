import { COMMANDS } from "./cliFlags.ts";
import type { FlagRow } from "./flagRow.ts";
import { EXEMPT_FLAGS, FLAG_ROWS } from "./flagRows.ts";
import { cellOf, isImpossibleWay, type OptionRow, rowId } from "./optionRow.ts";
import { OPTION_ROWS } from "./optionRows.ts";
import { isImpossible, type Run, SITUATION_TITLES, SITUATIONS, type Situation, WAYS, type Way } from "./verdicts.ts";

const WAY_TITLES: Readonly<Record<Way, string>> = {
  own: "itself",
  inherited: "a component",
  transform: "`transforms`",
  transformation: "`transformations`",
};

/** `docs/options.md`, from the rows that the tests try. `npm run docs` writes it. */
export function optionDocs(): string {
  return [
    "# Options and flags",
    "",
    "<!-- made by `npm run docs` from test/support/options -->",
    "",
    "What each of Pulumi's resource options does to a key, and each flag of `up`, `refresh`, `destroy` and `preview`, in each",
    "situation. `npm run prove:options` tries every cell with the real engine; a new option or flag fails the tests until it has",
    "its row.",
    "",
    "- **honoured**: it does what Pulumi says it does, and no key in use ends by it but by its own removal or its overlap's end.",
    "- **refused**: by name, before anything changes.",
    "- **limit**: Pulumi's own, shown in the same run with a provider that does nothing. What to do stands under the table.",
    "- **–**: it can't happen; the reason stands under the table.",
    "- *unread*: without `refresh: always` and `--refresh`. *patch*: with `ZKSCORE_UPDATES=patch`.",
    "",
    "## Options",
    "",
    table(["option", "set by", ...SITUATIONS.map((one) => SITUATION_TITLES[one])], OPTION_ROWS.flatMap(optionLines)),
    "",
    "### What each does",
    "",
    ...OPTION_ROWS.map((row) => `- **${rowId(row)}**: \`${row.written}\`. ${row.says}${downOf(row)}${remedyOf(row)}`),
    "",
    "### What can't happen",
    "",
    ...impossibilities(OPTION_ROWS),
    "",
    "## Flags",
    "",
    "As without the flag, where nothing else is said.",
    "",
    ...COMMANDS.flatMap((command) => [
      `### \`pulumi ${command}\``,
      "",
      table(
        ["flag", "", ...SITUATIONS.map((one) => SITUATION_TITLES[one])],
        FLAG_ROWS.filter((row) => row.command === command).map(flagLine),
      ),
      "",
    ]),
    "### Flags that change nothing of what is done",
    "",
    ...Object.entries(EXEMPT_FLAGS).map(([flag, reason]) => `- \`--${flag}\`: ${reason}.`),
    "",
  ].join("\n");
}

function downOf({ ways }: OptionRow): string {
  const kept = !isImpossibleWay(ways.inherited) && ways.inherited.handedDown === false;
  return kept ? " Pulumi doesn't hand a component's down to what is in it." : "";
}

function remedyOf({ remedy }: { remedy?: string }): string {
  return remedy === undefined ? "" : ` *Limit:* ${remedy}`;
}

/** A line for each set of ways in which the same is expected. */
function optionLines(row: OptionRow): string[][] {
  const lines = WAYS.filter((way) => !isImpossibleWay(row.ways[way])).map((way) => ({
    way,
    cells: SITUATIONS.map((situation) => words(row, way, situation)),
  }));
  return [...Map.groupBy(lines, ({ cells }) => cells.join("|")).values()].map((same) => [
    `\`${row.option}\`${row.variant === undefined ? "" : ` (${row.variant})`}`,
    same.map(({ way }) => WAY_TITLES[way]).join(", "),
    ...(same[0]?.cells ?? []),
  ]);
}

function words(row: OptionRow, way: Way, situation: Situation): string {
  const runs: readonly Run[] = row.runs ?? ["read", "unread"];
  const verdicts = runs.map((run) => {
    const cell = cellOf({ row, way, name: "" }, situation, run);
    return { run, word: isImpossible(cell) ? "–" : cell.verdict === "limit" ? "**limit**" : cell.verdict };
  });
  const [first] = verdicts;
  if (first === undefined) return "";
  const others = verdicts.filter(({ word }) => word !== first.word).map(({ run, word }) => `; ${run}: ${word}`);
  return `${first.word}${others.join("")}`;
}

function impossibilities(rows: readonly OptionRow[]): string[] {
  const reasons = rows.flatMap((row) =>
    WAYS.flatMap((way) => {
      const tried = row.ways[way];
      if (isImpossibleWay(tried)) return [`- **${rowId(row)}**, set by ${WAY_TITLES[way]}: ${tried.impossible}.`];
      return SITUATIONS.flatMap((situation) => {
        const cell = cellOf({ row, way, name: "" }, situation, "read");
        return isImpossible(cell) ? [`- **${rowId(row)}**, where it is refused: ${cell.impossible}.`] : [];
      });
    }),
  );
  return [...new Set(reasons)];
}

function flagLine(row: FlagRow): string[] {
  const { command } = row;
  return [
    `\`--${row.flag}\`${row.variant === undefined ? "" : ` (${row.variant})`}`,
    `${row.says}${remedyOf(row)}`,
    ...SITUATIONS.map((situation) => {
      const cell = row.cells?.[situation] ?? (metBy(command, situation) ? {} : { impossible: "" });
      return isImpossible(cell) ? "–" : (cell.verdict ?? "honoured");
    }),
  ];
}

/** `destroy` meets one situation, and a `refresh` or `preview` changes nothing in those that it meets. */
function metBy(command: FlagRow["command"], situation: Situation): boolean {
  if (command === "destroy") return situation === "destroy";
  if (situation === "destroy") return false;
  if (command === "up") return true;
  if (situation === "removal") return false;
  return command === "preview" || situation !== "create";
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}
