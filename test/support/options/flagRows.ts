import type { Command } from "./cliFlags.ts";
import type { FlagCell, FlagRow } from "./flagRow.ts";
import type { Impossible, Situation } from "./verdicts.ts";

type FlagCells = NonNullable<FlagRow["cells"]>;
type Args = FlagRow["args"];

const NOTHING_YET: Impossible = { impossible: "there is nothing yet that it could name" };
/** `b` isn't touched; where it doesn't exist yet it isn't made. */
const onlyA: FlagCells = {
  create: NOTHING_YET,
  change: { b: "same" },
  rotation: { b: "same" },
  configured: { b: "same" },
  drift: { b: "same" },
  overlapEnds: { b: "same" },
  removal: { b: "same" },
};
const onlyB: FlagCells = {
  create: NOTHING_YET,
  change: { a: "same" },
  rotation: { a: "same" },
  configured: { a: "same" },
  drift: { a: "same" },
  overlapEnds: { a: "same" },
  removal: { a: "same" },
};
const AGAIN: Impossible = { impossible: "the key is replaced again: as without a change" };
const replacesA: FlagCells = { create: NOTHING_YET, unchanged: { a: "overlap" }, overlapEnds: AGAIN };
/** Nothing was read: a key in use isn't replaced without what Pulumi would show of it. */
const unread: FlagCell = {
  a: "refused",
  b: "same",
  verdict: "refused",
  fails: true,
  says: /--refresh/,
  remedied: { args: ["--refresh"], a: "overlap" },
};
const unreadReplaces: FlagCells = {
  create: NOTHING_YET,
  unchanged: unread,
  change: unread,
  rotation: unread,
  configured: unread,
  drift: unread,
  overlapEnds: AGAIN,
};
const failsAfterwards: FlagCells = Object.fromEntries(
  (["create", "change", "rotation", "configured", "drift", "overlapEnds", "removal"] satisfies Situation[]).map(
    (situation) => [situation, { fails: true, says: /no changes were expected|expected no changes/i }],
  ),
);

const WANTS_DEPENDENTS: Impossible = {
  impossible: "Pulumi wants what depends on it, too: see `--target-dependents`",
};

const config: Args = () => ["-c", "unrelated=set"];
const configPath: Args = () => ["--config-path", "-c", "unrelatedList[0]=set"];
const configFile: Args = ({ configFile }) => ["--config-file", configFile];
const a =
  (flag: string, ...more: string[]): Args =>
  ({ urn }) => [flag, urn("a"), ...more];
/** The CLI refuses it together with `--skip-preview`, which every command of the matrix is given. */
const previewOnly: Args = () => ["--skip-preview=false", "--preview-only"];
const policy: Args = ({ policyPack }) => ["--policy-pack", policyPack];

/** Flags that every command has, and that change what it does. */
function common(command: Command): FlagRow[] {
  return [
    { command, flag: "config", args: config, says: "Sets a value of the configuration first." },
    { command, flag: "config-path", args: configPath, says: "Sets a value inside a list or map first." },
    { command, flag: "config-file", args: configFile, says: "Takes the configuration from another file." },
    { command, flag: "parallel", args: () => ["--parallel", "1"], says: "One operation at a time." },
  ];
}

const UP: readonly FlagRow[] = [
  ...common("up"),
  {
    command: "up",
    flag: "continue-on-error",
    args: () => ["--continue-on-error"],
    says: "Goes on with other resources after a failure.",
  },
  {
    command: "up",
    flag: "exclude",
    args: ({ urn }) => ["--exclude", urn("b")],
    cells: onlyA,
    says: "The excluded key stays as it is.",
  },
  {
    command: "up",
    flag: "exclude-dependents",
    args: a("--exclude", "--exclude-dependents"),
    // Seen with a provider that does nothing, too: no `delete` is called.
    cells: { ...onlyB, removal: { a: "same", b: "same", verdict: "limit" } },
    says: "So does what depends on it. Pulumi then removes nothing from the stack, whatever left the program.",
    remedy: "Remove keys in a run without it.",
  },
  {
    command: "up",
    flag: "expect-no-changes",
    args: () => ["--expect-no-changes"],
    cells: failsAfterwards,
    says: "Fails after the changes are made, which all stand in the state.",
  },
  {
    command: "up",
    flag: "ignore-protect",
    args: () => ["--ignore-protect"],
    protect: true,
    says: "As without `protect`.",
  },
  {
    command: "up",
    flag: "policy-pack",
    args: policy,
    cells: policyCells(),
    says: "A mandatory violation stops the key before it is made.",
  },
  { command: "up", flag: "refresh", args: () => ["--refresh"], unread: true, says: "Reads every key first." },
  {
    command: "up",
    flag: "refresh",
    variant: "false",
    args: () => ["--refresh=false"],
    cells: { drift: { a: "same", b: "same" } },
    says: "Reads nothing, whatever Pulumi.yaml says: drift isn't seen.",
  },
  {
    command: "up",
    flag: "run-program",
    args: () => ["--refresh", "--run-program"],
    unread: true,
    says: "Runs the program for the refresh, too.",
  },
  {
    command: "up",
    flag: "replace",
    args: a("--replace"),
    cells: replacesA,
    says: "A new key; the old one has its overlap.",
  },
  {
    command: "up",
    flag: "replace",
    variant: "nothing read",
    args: a("--replace"),
    unread: true,
    alone: true,
    cells: unreadReplaces,
    says: "A used key is not replaced: run the same command with `--refresh`.",
  },
  {
    command: "up",
    flag: "target-replace",
    args: a("--target-replace"),
    cells: { ...onlyA, unchanged: { a: "overlap" }, overlapEnds: AGAIN, removal: WANTS_DEPENDENTS },
    says: "The same for this key alone.",
  },
  {
    command: "up",
    flag: "target-replace",
    variant: "nothing read",
    args: a("--target-replace"),
    unread: true,
    alone: true,
    cells: { ...unreadReplaces, removal: WANTS_DEPENDENTS },
    says: "As `--replace`.",
  },
  {
    command: "up",
    flag: "target",
    args: a("--target"),
    cells: { ...onlyA, removal: WANTS_DEPENDENTS },
    says: "This key alone. Not as a stack's first `up`.",
  },
  {
    command: "up",
    flag: "target-dependents",
    args: a("--target", "--target-dependents"),
    cells: onlyA,
    says: "And what depends on it.",
  },
  {
    command: "up",
    flag: "strict",
    args: () => ["--strict"],
    withPreview: true,
    says: "Does what the preview planned, or fails.",
  },
];

const REFRESH: readonly FlagRow[] = [
  ...common("refresh"),
  {
    command: "refresh",
    flag: "clear-pending-creates",
    args: () => ["--clear-pending-creates"],
    says: "Forgets creates that were cut off; the next `up` settles them.",
  },
  { command: "refresh", flag: "skip-pending-creates", args: () => ["--skip-pending-creates"], says: "Leaves them." },
  { command: "refresh", flag: "exclude", args: ({ urn }) => ["--exclude", urn("b")], says: "Reads the others." },
  {
    command: "refresh",
    flag: "exclude-dependents",
    args: a("--exclude", "--exclude-dependents"),
    says: "Reads the others.",
  },
  {
    command: "refresh",
    flag: "expect-no-changes",
    args: () => ["--expect-no-changes"],
    cells: { drift: { fails: true } },
    says: "Fails where drift was found.",
  },
  { command: "refresh", flag: "preview-only", args: previewOnly, says: "Writes no state." },
  { command: "refresh", flag: "run-program", args: () => ["--run-program"], says: "With the settings of the program." },
  { command: "refresh", flag: "target", args: a("--target"), says: "Reads this key." },
  {
    command: "refresh",
    flag: "target-dependents",
    args: a("--target", "--target-dependents"),
    says: "And what depends on it.",
  },
];

const DESTROY: readonly FlagRow[] = [
  ...common("destroy"),
  {
    command: "destroy",
    flag: "continue-on-error",
    args: () => ["--continue-on-error"],
    says: "Goes on with other resources after a failure.",
  },
  {
    command: "destroy",
    flag: "exclude",
    args: ({ urn }) => ["--exclude", urn("b")],
    cells: { destroy: { b: "same" } },
    says: "The excluded key lives.",
  },
  {
    command: "destroy",
    flag: "exclude-protected",
    args: () => ["--exclude-protected"],
    protect: true,
    cells: { destroy: { a: "same" } },
    says: "Protected keys live.",
  },
  {
    command: "destroy",
    flag: "ignore-protect",
    args: () => ["--ignore-protect"],
    protect: true,
    says: "Protected keys are revoked, too.",
  },
  {
    command: "destroy",
    flag: "preview-only",
    args: previewOnly,
    cells: { destroy: { a: "same", b: "same" } },
    says: "Revokes nothing.",
  },
  { command: "destroy", flag: "refresh", args: () => ["--refresh"], unread: true, says: "Reads every key first." },
  { command: "destroy", flag: "remove", args: () => ["--remove"], says: "And removes the stack." },
  { command: "destroy", flag: "run-program", args: () => ["--run-program"], says: "With the settings of the program." },
  {
    command: "destroy",
    flag: "target",
    args: ({ urn }) => ["--target", urn("b")],
    cells: { destroy: { a: "same" } },
    says: "Revokes this key.",
  },
  {
    command: "destroy",
    flag: "target-dependents",
    args: a("--target", "--target-dependents"),
    cells: { destroy: { b: "same" } },
    says: "And removes what depends on it.",
  },
];

const PREVIEW: readonly FlagRow[] = [
  ...common("preview"),
  {
    command: "preview",
    flag: "exclude",
    args: ({ urn }) => ["--exclude", urn("b")],
    cells: { create: NOTHING_YET },
    says: "Without this key.",
  },
  {
    command: "preview",
    flag: "exclude-dependents",
    args: a("--exclude", "--exclude-dependents"),
    cells: { create: NOTHING_YET },
    says: "Without this key and what depends on it.",
  },
  {
    command: "preview",
    flag: "expect-no-changes",
    args: () => ["--expect-no-changes"],
    cells: failsAfterwards,
    says: "Fails where something would change.",
  },
  { command: "preview", flag: "ignore-protect", args: () => ["--ignore-protect"], says: "As without `protect`." },
  {
    command: "preview",
    flag: "import-file",
    args: ({ file }) => ["--import-file", file("import.json")],
    says: "The file is of no use for keys: they can't be imported.",
  },
  {
    command: "preview",
    flag: "policy-pack",
    args: policy,
    cells: previewPolicyCells(),
    says: "Mandatory violations fail it.",
  },
  { command: "preview", flag: "refresh", args: () => ["--refresh"], says: "Reads every key first." },
  {
    command: "preview",
    flag: "replace",
    args: a("--replace"),
    cells: { create: NOTHING_YET },
    says: "Shows the replacement.",
  },
  {
    command: "preview",
    flag: "run-program",
    args: () => ["--refresh", "--run-program"],
    says: "Runs the program for the refresh, too.",
  },
  {
    command: "preview",
    flag: "save-plan",
    args: ({ file }) => ["--save-plan", file("plan.json")],
    says: "Writes the plan.",
  },
  { command: "preview", flag: "target", args: a("--target"), cells: { create: NOTHING_YET }, says: "This key alone." },
  {
    command: "preview",
    flag: "target-dependents",
    args: a("--target", "--target-dependents"),
    cells: { create: NOTHING_YET },
    says: "And what depends on it.",
  },
  {
    command: "preview",
    flag: "target-replace",
    args: a("--target-replace"),
    cells: { create: NOTHING_YET },
    says: "Shows the replacement of this key alone.",
  },
];

/** Every flag that changes what a command does. */
export const FLAG_ROWS: readonly FlagRow[] = [...UP, ...REFRESH, ...DESTROY, ...PREVIEW];

/** The two keys break the pack's rules on purpose: no expiry, no owner. */
function policyCells(): FlagCells {
  const refused: FlagCell = { a: "refused", b: "refused", verdict: "refused", fails: true, says: /expiry-required/ };
  const never: Impossible = { impossible: "the keys were never made" };
  return {
    create: refused,
    unchanged: never,
    change: never,
    rotation: never,
    configured: never,
    drift: never,
    overlapEnds: never,
    removal: never,
  };
}

function previewPolicyCells(): FlagCells {
  const refused: FlagCell = { fails: true, says: /expiry-required/ };
  return {
    create: refused,
    unchanged: refused,
    change: refused,
    rotation: refused,
    configured: refused,
    drift: refused,
  };
}

const SHOWN = "changes what is displayed only";
const CHECKS = "leaves out a check that comes before the run";
const ESC = "for environments of Pulumi Cloud; as a changed configuration";

/** Flags that change nothing of what is done, each with the reason. */
export const EXEMPT_FLAGS: Readonly<Record<string, string>> = {
  "attach-debugger": "halts the processes for a debugger; does the same",
  debug: SHOWN,
  diff: SHOWN,
  help: "runs nothing",
  "import-pending-creates":
    "names the ids of creates that were cut off; `read` refuses an id without a state, since a secret can't be read back",
  json: SHOWN,
  message: "is kept in the history",
  neo: "asks Pulumi Cloud for an explanation",
  "override-env": ESC,
  "policy-pack-config": "configures the packs of `--policy-pack`: see Policies",
  "secrets-provider": "for a new stack from a template only",
  "show-config": SHOWN,
  "show-full-output": SHOWN,
  "show-policy-remediations": SHOWN,
  "show-reads": SHOWN,
  "show-replacement-steps": SHOWN,
  "show-sames": SHOWN,
  "show-secrets": `${SHOWN}: secrets of the stack's outputs, in clear`,
  "skip-config-validation": CHECKS,
  "skip-plugin-pre-install": CHECKS,
  "skip-preview":
    "every `up`, `refresh` and `destroy` of this table is given it, but `--strict`; `preview` has rows of its own",
  stack: "names the stack",
  "suppress-outputs": SHOWN,
  "suppress-permalink": SHOWN,
  "suppress-progress": SHOWN,
  urns: SHOWN,
  yes: "approves what is shown",
};
