import type { Command } from "./cliFlags.ts";
import type { Effect, Impossible, Situation, Verdict } from "./verdicts.ts";

/** What a row may name in its arguments. */
export interface FlagContext {
  /** URN of the key with this logical name. */
  urn: (name: "a" | "b") => string;
  /** A copy of the stack's configuration file. */
  configFile: string;
  /** A path below the project, for what the command writes. */
  file: (name: string) => string;
  policyPack: string;
}

/** What becomes of both keys; a key that isn't named is as without the flag. */
export interface FlagCell {
  a?: Effect;
  b?: Effect;
  verdict?: Verdict;
  /** The command's exit code isn't 0. */
  fails?: true;
  says?: RegExp;
  /** The same with these arguments more has this effect on `a`. */
  remedied?: { args: readonly string[]; a: Effect };
}

/** A flag that changes what a command does. */
export interface FlagRow {
  command: Command;
  flag: string;
  variant?: string;
  args: (context: FlagContext) => readonly string[];
  /** The project has no `refresh: always`. */
  unread?: true;
  /** `a` has `protect: true`. */
  protect?: true;
  /** `b` stays as it is: where a command fails, Pulumi may have begun with the other key or not. */
  alone?: true;
  /** Without `--skip-preview`. */
  withPreview?: true;
  cells?: Readonly<Partial<Record<Situation, FlagCell | Impossible>>>;
  says: string;
  remedy?: string;
}

export function flagRowId({ command, flag, variant }: FlagRow): string {
  return `${command} --${flag}${variant === undefined ? "" : ` (${variant})`}`;
}
