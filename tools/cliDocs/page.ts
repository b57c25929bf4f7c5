import type { Argument, Command, Option } from "commander";
import { z } from "zod";
import { EXIT_CODES, zkscoreKeys } from "../../cli/program.ts";
import { SCHEMAS } from "../../cli/schemas.ts";

const HEAD = `# zkscore-keys

Made from the command's own definition: \`npm run docs\`.

The account comes from the environment: \`ZKSCORE_TOKEN\`, and \`ZKSCORE_BASE_URL\` where it isn't the documented one. No command
shows a secret. Names, descriptions and marks of an account are shown as one line without control characters.

At a terminal tables are cut to its width (ids never are), and colours say what a word means; elsewhere, or with \`NO_COLOR\`,
there are none. Whatever takes longer than a second says on stderr what it waits for.
`;

const DOCTOR = `Each check says \`ok\`, \`warning\`, \`failed\`, or \`unknown\` where it couldn't be looked at; only \`warning\` and \`failed\` make
the exit code 3. Settings count as for the provider: the environment first, then the stack's configuration.

\`--probe\` tries what [docs/assumptions.md](assumptions.md) marks. Before its key is made, the key's random name is noted in
\`$XDG_STATE_HOME/zkscore-keys/probes\` (default \`~/.local/state\`); after it is gone the note is. A probe that is killed leaves the
note, and the next one on this machine revokes the key: only one of exactly that name, that isn't older than the probe, carries no
stack's mark and no other probe's. A key that looks like a probe's of another machine is named, and not touched. Whatever happens, the
key ends after an hour.
`;

const AFTER: Readonly<Record<string, string>> = { doctor: DOCTOR };

/** docs/cli.md. */
export function cliPage(): string {
  const program = zkscoreKeys("", async () => {});
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return [
    HEAD,
    `${table("exit code", "meaning", codes)}\n`,
    ...program.commands.map(section),
    "## JSON\n",
    "[cli.schema.json](cli.schema.json) has a JSON Schema for each command with `--json`. New fields may come; these stay.\n",
    table(
      "command",
      "schema",
      Object.keys(SCHEMAS).map((name) => `| \`${name} --json\` | \`#/$defs/${name}\` |`),
    ),
    "",
  ].join("\n");
}

/** docs/cli.schema.json. */
export function cliSchemas(): string {
  const defs = Object.entries(SCHEMAS).map(([name, schema]) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema);
    return [name, rest];
  });
  const whole = { $schema: "https://json-schema.org/draft/2020-12/schema", $defs: Object.fromEntries(defs) };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

function section(command: Command): string {
  const help = command.createHelp();
  const takes = command.registeredArguments.map((one) => argumentRow(one));
  const options = help.visibleOptions(command).map((one) => optionRow(one));
  const after = AFTER[command.name()];
  return [
    `## ${command.name()}\n`,
    `${command.description()}\n`,
    `${table("argument or option", "meaning", [...takes, ...options])}\n`,
    ...(after === undefined ? [] : [after]),
  ].join("\n");
}

function argumentRow(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return `| \`${argument.required ? name : `[${name}]`}\` | ${cell([argument.description, ...words(argument.argChoices)])} |`;
}

function optionRow({ flags, description, argChoices, defaultValue }: Option): string {
  const said = typeof defaultValue === "string" ? [`default \`${defaultValue}\``] : [];
  return `| \`${flags.replace(/[<>]/g, "")}\` | ${cell([description, ...words(argChoices), ...said])} |`;
}

function words(choices: readonly string[] | undefined): string[] {
  return choices === undefined ? [] : [choices.map((one) => `\`${one}\``).join(", ")];
}

function cell(parts: readonly string[]): string {
  return parts.join("; ").replaceAll("|", "\\|");
}

function table(first: string, second: string, rows: readonly string[]): string {
  return [`| ${first} | ${second} |`, "| --- | --- |", ...rows].join("\n");
}
