import type { KeyView } from "../../../emulator/index.ts";
import type { Canary } from "./canaries.ts";
import { ignored, type KeyDecl, type Program, skipsDelete, transformsOf } from "./program.ts";
import { describedAs } from "./render.ts";

/** What a program asks for one key, reduced to what decides on its life. */
export interface Wanted {
  /** Fields of the account; absent: not declared. */
  description: string | undefined;
  /** Canonical JSON: order doesn't matter. */
  permissions: string;
  trigger: number;
  incident: number;
  replacementTrigger: number | undefined;
  overlapMs: number;
  everyMs: number | undefined;
  /** The old key goes before the new one is made. */
  deletesFirst: boolean;
  policy: KeyDecl["policy"];
  retain: boolean;
  skipsDelete: boolean;
  ignored: string[];
  replaceOnChanges: string[];
  /** Keys whose replacement is this one's, too; and keys whose deletion may be. */
  replacedWith: string[];
  after: string[];
}

const HOUR = 3_600_000;
const LENGTHS = { "2h": 2 * HOUR, "1d": 24 * HOUR, "3d": 72 * HOUR };

/** By logical name. `idOf` gives the id a key has now. */
export function wantedOf(
  program: Program,
  canary: Canary,
  idOf: (name: string) => string | undefined,
): Map<string, Wanted> {
  const declared = new Set(program.keys.map(({ name }) => name));
  const known = (names: (string | undefined)[]) =>
    names.filter((name) => name !== undefined && declared.has(name)) as string[];
  const one = (key: KeyDecl): Wanted => {
    const fixed = key.fixedName || transformsOf(program, key).some(({ sets }) => sets === "name");
    const deletesFirst = fixed || key.options.deleteBeforeReplace === true;
    return {
      description: describedAs(program, key, canary, idOf),
      permissions: canonical(declaredPermissions(key)),
      trigger: key.trigger,
      incident: key.incident,
      replacementTrigger: key.options.replacementTrigger,
      overlapMs: key.overlap === undefined || deletesFirst ? 0 : LENGTHS[key.overlap],
      everyMs: key.every === undefined ? undefined : 30 * 24 * HOUR,
      deletesFirst,
      policy: key.policy,
      replaceOnChanges: key.options.replaceOnChanges ?? [],
      retain: key.policy === "retain",
      skipsDelete: skipsDelete(program, key),
      ignored: ignored(program, key),
      replacedWith: known([key.options.replaceWith]),
      after: known([key.options.dependsOn, key.description?.kind === "keyId" ? key.description.of : undefined]),
    };
  };
  return new Map(program.keys.map((key) => [key.name, one(key)]));
}

export function permissionsOf({ permissions }: KeyView): string {
  return canonical(permissions);
}

interface Grant {
  resource: string;
  actions: readonly string[];
  restrictions?: { ipWhitelist?: readonly string[] | undefined } | undefined;
}

function declaredPermissions({ actions, trust, addresses }: KeyDecl): Grant[] {
  const scores = { resource: "scores", actions, restrictions: { ipWhitelist: addresses } };
  return trust ? [{ resource: "trust", actions: ["read"] }, scores] : [scores];
}

function canonical(grants: readonly Grant[]): string {
  const lines = grants.map(({ resource, actions, restrictions }) =>
    [resource, [...actions].sort().join("+"), [...(restrictions?.ipWhitelist ?? [])].sort().join("+")].join(" "),
  );
  return lines.sort().join("; ");
}
