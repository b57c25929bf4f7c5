import type { Command } from "commander";
import { type Ends, each } from "../parser.ts";
import type { ReconcileOptions } from "../reconcile.ts";

/** `reconcile`. */
export function defineReconcile(program: Command, ends: Ends): void {
  program
    .command("reconcile")
    .summary("compares the account with the states of Pulumi stacks")
    .description(
      "Compares the account with the states of Pulumi stacks: which keys a stack manages, which are retired until when, " +
        "which are orphaned, foreign, about to expire, or missing. Reads ids only: no passphrase is needed, and secrets " +
        "stay encrypted. Exit code 3: orphaned, missing, pending or expiring managed keys, or a kept key that may do " +
        "more than read.",
    )
    .argument("[FILE...]", "output of `pulumi stack export`; - is stdin. Without a file: the current stack")
    .option(
      "--revoke-orphans",
      "revokes orphans that nobody has used, after a question. Never a foreign key, a key whose stack's state was not " +
        "given, a retired or kept key, one in a pending operation, or one newer than the state. Who has what is told by " +
        "the states; a mark on a key is only a hint",
      false,
    )
    .option("--used", "also those that were used: whoever has their secret is cut off", false)
    .option("--yes", "without the question", false)
    .option("--expiring <TIME>", "how far ahead an end is reported", "14d")
    .option(
      "--kept <ID>",
      "a key that you have let go under `retain`: without this, one that may do more than read needs a look. May be " +
        "given more than once",
      each,
      [],
    )
    .option("--json", "for programs", false)
    .action((files: string[], options: ReconcileOptions) =>
      ends(async () => (await import("../reconcile.ts")).reconcile(files, options)),
    );
}
