import { Command, type Option } from "commander";
import { print, sayAll } from "./output.ts";

/** Runs a command's work and keeps its exit code. */
export type Ends = (work: () => Promise<number>) => Promise<void>;

/** A command whose output goes through the gate, and that throws instead of ending the process. */
export function createCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => sayAll(text.trimEnd()),
      // What is wrong is told by `explainFailure`.
      outputError: () => {},
    })
    .configureHelp({
      optionTerm: ({ flags }) => plain(flags),
      optionDescription: describe,
      argumentDescription: ({ description, argChoices }) => [description, ...choices(argChoices)].join("; "),
      subcommandTerm: (command) => `${command.parent?.name() ?? ""} ${command.name()}`.trim(),
      commandUsage: usageOf,
    })
    .helpOption("-h, --help", "this text");
}

/** `zkscore-keys reconcile [FILE...] [options]`, as people write it. */
function usageOf(command: Command): string {
  const names: string[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) names.unshift(one.name());
  if (command.commands.length > 0) return `${names.join(" ")} COMMAND [options]`;
  const takes = command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? "..." : ""}`;
    return one.required ? name : `[${name}]`;
  });
  return [...names, ...takes, "[options]"].join(" ");
}

/** What an option does, which words it takes, and what holds without it. */
function describe({ description, argChoices, defaultValue }: Option): string {
  const said = typeof defaultValue === "string" || typeof defaultValue === "number";
  return [description, ...choices(argChoices), ...(said ? [`default ${defaultValue}`] : [])].join("; ");
}

function choices(words: readonly string[] | undefined): string[] {
  return words === undefined ? [] : [words.join(" | ")];
}

/** `--data DIR` of `--data <DIR>`. */
function plain(flags: string): string {
  return flags.replace(/[<>]/g, "");
}

/** Collects an option that may be given more than once. */
export function each(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
