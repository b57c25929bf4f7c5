import type { StateKey } from "../exportedState.ts";

/** Outputs that the state holds as a secret, wholly or in part: a report doesn't show them, though the account may. */
export function hiddenFields(state: StateKey | undefined): ReadonlySet<string> {
  const fields = Object.entries(state?.outputs ?? {}).filter(([, value]) => holdsSecret(value));
  return new Set(fields.map(([field]) => field));
}

function holdsSecret(value: unknown): boolean {
  if (value === HIDDEN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

/** What stands in an exported state's outputs for a secret. */
const HIDDEN = "[secret]";

/** `project/stack/name` of a key's resource. */
export function resourceName({ urn }: Pick<StateKey, "urn">): string {
  const [stack = "", project = "", , ...name] = urn.split("::");
  return `${project}/${stack.slice("urn:pulumi:".length)}/${name.join("::")}`;
}
