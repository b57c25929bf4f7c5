import { expand, type Grant } from "./catalogue.ts";
import { overlaps, readBlock } from "./network.ts";
import type { ListView, PermissionView } from "./view.ts";

/** A permission as the account tells it. */
interface LivePermission {
  readonly resource: string;
  readonly actions: readonly string[];
  readonly restrictions?:
    | {
        readonly identities?: readonly string[] | undefined;
        readonly chains?: readonly string[] | undefined;
        readonly ipWhitelist?: readonly string[] | undefined;
      }
    | null
    | undefined;
}

/** The grants a permission adds to what a live key has; restrictions count. */
export function newGrants(proposed: PermissionView, live: readonly LivePermission[]): Grant[] {
  const asked = proposed.actions.flatMap((action) => expand(proposed.resource ?? "", action.value));
  const fresh = asked.filter(
    (grant) =>
      !live.some(
        (had) => had.actions.some((action) => expand(had.resource, action).includes(grant)) && coveredBy(proposed, had),
      ),
  );
  return [...new Set(fresh)];
}

/** True if every use the proposed restrictions allow was allowed before. */
function coveredBy(proposed: PermissionView, { restrictions }: LivePermission): boolean {
  const among = (had: readonly string[]) => (value: string) => had.includes(value);
  return (
    within(proposed.identities, restrictions?.identities, among) &&
    within(proposed.chains, restrictions?.chains, among) &&
    within(proposed.ipWhitelist, restrictions?.ipWhitelist, insideOf)
  );
}

/** Absent = unrestricted: covered only by absent. */
function within(
  proposed: ListView,
  had: readonly string[] | undefined,
  inside: (had: readonly string[]) => (value: string) => boolean,
): boolean {
  if (had === undefined) return true;
  return proposed.present && proposed.items.every((item) => inside(had)(item.value));
}

function insideOf(had: readonly string[]): (value: string) => boolean {
  const blocks = had.flatMap((text) => readBlock(text) ?? []);
  return (value) => {
    const block = readBlock(value);
    return block !== undefined && blocks.some((outer) => outer.prefix <= block.prefix && overlaps(outer, block));
  };
}
