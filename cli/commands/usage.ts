import type { Command } from "commander";
import type { Ends } from "../parser.ts";
import type { UsageOptions } from "../usage.ts";

/** `usage`. */
export function defineUsage(program: Command, ends: Ends): void {
  program
    .command("usage")
    .summary("what the keys are used for")
    .description(
      "What the account's keys are used for: the totals, and each live key with its requests and how long it has been " +
        "idle, the longest first. Keys that nobody uses should go.",
    )
    .option("--key <ID>", "one key: its totals and its endpoints")
    .option("--from <INSTANT>", "ISO 8601 with a zone, for example 2027-01-01T00:00:00Z")
    .option("--to <INSTANT>", "likewise")
    .option("--json", "the API's own answer", false)
    .action((options: UsageOptions) => ends(async () => (await import("../usage.ts")).usage(options)));
}
