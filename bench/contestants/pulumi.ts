import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Outcome } from "../../test/support/engine/command.ts";
import { createStack, type TestStack } from "../../test/support/engine/stack.ts";
import type { ContestantName, Operation } from "../operations.ts";
import { type Contestant, TOKEN } from "./contestant.ts";
import { floorProgram, naiveProgram, ourProgram, type ProgramOf } from "./programs.ts";

const TIMEOUT_MS = 7_200_000;

/** Types of resources that are a key; the stack, its provider and its identity are there once. */
const KEY_TYPES = /^pulumi-nodejs:dynamic(\/floor:Key|:Resource)$|ApiKey$/;

export const PULUMI_CONTESTANTS: readonly Contestant[] = [
  pulumi("floor", floorProgram),
  pulumi("naive", naiveProgram),
  pulumi("ours", ourProgram),
];

function pulumi(name: ContestantName, program: ProgramOf): Contestant {
  return {
    name,
    open: async (keys, baseUrl) => {
      const stack = await createStack({
        program: program(keys, false),
        // The operations say themselves whether they refresh.
        refreshAlways: false,
        // All change a key in place: by default ours takes it for granted only where it is told that the API can.
        env: { ZKSCORE_BASE_URL: baseUrl, ZKSCORE_TOKEN: TOKEN, ZKSCORE_UPDATES: "patch" },
        timeoutMs: TIMEOUT_MS,
      });
      return {
        marker: basename(stack.folder),
        run: (operation) => run(stack, operation, () => stack.setProgram(program(keys, true))),
        stateBytesAKey: () => bytesAKey(stack.folder, keys),
        dispose: stack.dispose,
      };
    },
  };
}

function run(stack: TestStack, operation: Operation, change: () => void): Promise<Outcome> {
  switch (operation) {
    case "create":
    case "up":
      return stack.up();
    case "up --refresh":
      return stack.up(["--refresh"]);
    case "refresh":
      return stack.refresh();
    case "one change":
      change();
      return stack.up();
    case "destroy":
      return stack.destroy();
  }
}

/** Written as the file is: what the keys' entries add to it. */
function bytesAKey(folder: string, keys: number): number {
  const text = readFileSync(join(folder, "state", ".pulumi", "stacks", "test", "dev.json"), "utf8");
  const state = JSON.parse(text);
  const resources: { type: string }[] = state.checkpoint.latest.resources;
  const others = resources.filter(({ type }) => !KEY_TYPES.test(type));
  if (resources.length - others.length !== keys)
    throw new Error(`${resources.length - others.length} keys in the state`);
  const indent = text.startsWith("{\n") ? (/^\{\n( +)/.exec(text)?.[1]?.length ?? 0) : 0;
  const latest = { ...state.checkpoint.latest, resources: others };
  const without = JSON.stringify({ ...state, checkpoint: { ...state.checkpoint, latest } }, undefined, indent);
  return (JSON.stringify(state, undefined, indent).length - without.length) / keys;
}
