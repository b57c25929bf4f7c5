import type { Command } from "commander";
import { type Ends, each } from "../parser.ts";
import type { ReportOptions } from "../report.ts";

/** `report`. */
export function defineReport(program: Command, ends: Ends): void {
  program
    .command("report")
    .summary("who may do what, as one page to look at, print or keep")
    .description(
      "Who may do what, as one page for a browser or for paper: each key with its grants, when it ends and rotates, what " +
        "it is used for, what nobody uses, what the policies find, what no stack manages, and what changed since an " +
        "earlier report. The page loads nothing, and holds no secret. Asks for one listing, and for the usage of each " +
        "key that has some. Exit code 3: written, but the account's listing is not complete.",
    )
    .argument(
      "[FILE...]",
      "output of `pulumi stack export`; - is stdin. Without one, the account alone: then marks, which prove nothing, say " +
        "who made a key, and its rotation isn't known",
    )
    .option("--out <FILE>", "where to write: x.html the page, x.json the data. May be given twice", each, [])
    .option("--since <FILE>", "an earlier report, page or data: says what changed")
    .option("--offline", "the states alone: no request is made", false)
    .action((files: string[], options: ReportOptions) =>
      ends(async () => (await import("../report.ts")).report(files, options)),
    );
}
