import { Argument, type Command } from "commander";
import type { Ends } from "../parser.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** `completion`. */
export function defineCompletion(program: Command, ends: Ends): void {
  program
    .command("completion")
    .summary("prints what makes your shell complete this command")
    .description(
      "Prints a script for your shell. bash: source <(zkscore-keys completion bash) in ~/.bashrc; zsh: the same with " +
        "zsh in ~/.zshrc, after compinit; fish: zkscore-keys completion fish > " +
        "~/.config/fish/completions/zkscore-keys.fish. The script holds all it needs: nothing runs at a Tab.",
    )
    .addArgument(new Argument("<SHELL>", "which shell").choices(SHELLS))
    .action((shell: Shell) =>
      ends(async () => {
        const [{ completionScript }, { print }] = [await import("../completion.ts"), await import("../output.ts")];
        print(completionScript(program, shell).trimEnd());
        return 0;
      }),
    );
}
