import { ZkscoreError } from "../provider/domain/errors.ts";
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
  if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
    say(error.message.split("\n")[0] ?? "");
    say("--help shows what there is.");
    return 2;
  }
  // Another error's message may quote anything: only its kind and place are shown.
  const place = error instanceof Error ? /(?:cli|provider)\/[\w/]+\.[jt]s:\d+/.exec(error.stack ?? "")?.[0] : undefined;
  const kind = error instanceof Error ? error.name : "error";
  say(`zkscore-keys failed with an unexpected ${kind} at ${place ?? "an unknown place"}. Please report it.`);
  return 1;
}
