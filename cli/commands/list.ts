import type { Command } from "commander";
import type { ListOptions } from "../list.ts";
import type { Ends } from "../parser.ts";

/** `list`. */
export function defineList(program: Command, ends: Ends): void {
  program
    .command("list")
    .summary("what the account holds")
    .description(
      "The account's live keys (active or inactive): name, id, permissions, status, when they end, when they were last " +
        "used, and which stack made them. No secret: the API shows one once.",
    )
    .option("--all", "also revoked and expired keys", false)
    .option("--json", "for programs", false)
    .action((options: ListOptions) => ends(async () => (await import("../list.ts")).list(options)));
}
