import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A mend taken out of the built package: a proof that can't see that proves nothing. */
export interface Sabotage {
  name: string;
  /** What is no longer so. */
  takesOut: string;
  /** In a file of `dist`: this text, which must stand there once, becomes that. */
  edits: { file: string; find: string; put: string }[];
}

const off = (file: string, find: string, put: string) => ({ file: `provider/${file}`, find, put });

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: "overlap",
    takesOut: "`delete` looks at the instant until which a key is retired",
    edits: [
      off("plan/deletion.js", "if (until !== undefined && until > now && !view.isOver(state.keyId))", "if (false)"),
    ],
  },
  {
    name: "component",
    takesOut: "a key takes its parent's URN as a text only",
    edits: [
      off(
        "resources/ownership.js",
        "const parents = parentsOf(names, parent);",
        "const parents = (0, resource_1.createUrn)(name, marker_ts_1.KEY_TYPE, parent).apply(() => parentsOf(names, parent));",
      ),
    ],
  },
  {
    name: "shared-view",
    takesOut: "what one provider process has read serves the others of the run",
    edits: [off("host/runtime.js", "createStackView)((0, factLog_ts_1.openFactLog)(ENGINE))", "createStackView)()")],
  },
  {
    name: "unread",
    takesOut: "a key in use isn't replaced by a run that hasn't read the state",
    edits: [
      off("plan/creation.js", "const unread = superseded === undefined && !view.stateIsRead;", "const unread = false;"),
    ],
  },
  {
    name: "ignored-drift",
    takesOut: "drift of what `ignoreChanges` names is no change",
    edits: [
      off(
        "plan/changes.js",
        "const accepted = (0, accountInputs_ts_1.acceptedDrift)(olds, news);",
        "const accepted = new Set();",
      ),
    ],
  },
  {
    name: "clock",
    takesOut: "the earlier of both clocks decides, and the server confirms what the clock alone asks for",
    edits: [
      off(
        "stack/clocks.js",
        "return context.clock.moved ? context.clock.now() : earlierClock(context);",
        "return context.clock.now();",
      ),
      off("stack/clocks.js", "if (about.dueAt === undefined || clock.moved)", "if (true)"),
    ],
  },
  {
    name: "inherited-retain",
    takesOut: "an option that a component hands down can't keep old keys alive",
    edits: [off("resources/apiKey.js", "            retainOnDelete: false,\n", "")],
  },
  {
    name: "hook",
    takesOut: "a create that is asked for again goes on with the key it has made",
    edits: [
      off(
        "handlers/create.js",
        "return begun === undefined ? await make(context, inputs)",
        "return true ? await make(context, inputs)",
      ),
    ],
  },
];

/** Edits whose text doesn't stand once in this built package: the sabotage must be written anew. */
export function staleEdits(packageFolder: string): string[] {
  return SABOTAGES.flatMap(({ name, edits }) =>
    edits.flatMap(({ file, find }) => {
      const times = readFileSync(join(packageFolder, "dist", file), "utf8").split(find).length - 1;
      return times === 1 ? [] : [`${name}: ${times} times in ${file}: ${find}`];
    }),
  );
}

/** Takes a mend out of a copy of the package. Throws where the text has changed: the sabotage must then be written anew. */
export function sabotage(packageFolder: string, { name, edits }: Sabotage): void {
  for (const { file, find, put } of edits) {
    const path = join(packageFolder, "dist", file);
    const parts = readFileSync(path, "utf8").split(find);
    if (parts.length !== 2)
      throw new Error(`sabotage ${name}: its text stands ${parts.length - 1} times in ${file}, and should once`);
    writeFileSync(path, parts.join(put));
  }
}
