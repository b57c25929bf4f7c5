import { spawnSync } from "node:child_process";
import type { Engine } from "../../../tools/engine/ensureEngine.ts";

export const COMMANDS = ["up", "refresh", "destroy", "preview"] as const;
export type Command = (typeof COMMANDS)[number];

/** The long names of a command's own flags, from the help of the engine in use; the global ones apply to every command. */
export function cliFlags(engine: Engine, command: Command): string[] {
  const help = spawnSync(engine.pulumi, [command, "--help"], {
    encoding: "utf8",
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  }).stdout;
  const own = /^Flags:\n([\s\S]*?)(?:\n\n|$(?![\s\S]))/m.exec(help)?.[1] ?? "";
  return [...own.matchAll(/^ +(?:-\w, )?--([a-z][a-z-]*)/gm)].map(([, flag = ""]) => flag).sort();
}
