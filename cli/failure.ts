import { CommanderError } from "commander";
import { ZkscoreError } from "../provider/domain/errors.ts";
import { shown } from "../provider/domain/shown.ts";
import { say, sayAll } from "./output.ts";

/** Arguments that can't be. */
export class WrongArguments extends Error {}

/** Writes why a command failed, for a person, to stderr. Returns the exit code. */
export function explainFailure(error: unknown): number {
  if (ZkscoreError.is(error)) {
    sayAll(error.message);
    return 1;
  }
  if (error instanceof WrongArguments) {
    say(error.message);
    say("--help shows what there is.");
    return 2;
  }
  if (error instanceof CommanderError) {
    // Help, asked for or shown in place of a command, and the version are printed already.
    if (/^commander\.(help|helpDisplayed|version)$/.test(error.code)) return error.exitCode === 0 ? 0 : 2;
    say(wordsOf(error));
    say("--help shows what there is.");
    return 2;
  }
  // Another error's message may quote anything: only its kind and place are shown.
  const place = error instanceof Error ? /(?:cli|provider)\/[\w/]+\.[jt]s:\d+/.exec(error.stack ?? "")?.[0] : undefined;
  const kind = error instanceof Error ? error.name : "error";
  say(`zkscore-keys failed with an unexpected ${kind} at ${place ?? "an unknown place"}. Please report it.`);
  return 1;
}

function wordsOf({ code, message }: CommanderError): string {
  const [, name, suggestion = ""] = /^error: unknown command '([\s\S]*?)'(\n[^\n]*)?$/.exec(message) ?? [];
  if (code !== "commander.unknownCommand" || name === undefined) return message.replace(/^error: /, "");
  return `There is no command "${shown(name, 40)}".${suggestion.replace("\n", " ")}`;
}
