import { hasName, lifeStatus, markerOf } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyInputs } from "../domain/inputs.ts";
import { shown } from "../domain/shown.ts";
import type { HandlerContext } from "../stack/context.ts";
import { standings } from "../stack/standing.ts";

/** A conflict on the first try is not ours: says who holds the name. */
export async function explainConflict(context: HandlerContext, inputs: KeyInputs, error: unknown): Promise<unknown> {
  if (!ZkscoreError.is(error) || error.code !== "ZKS_CONFLICT" || inputs.name === undefined) return error;
  const listing = await context.client.list("shared").catch(() => undefined);
  const holder = [...(listing?.keys.values() ?? [])].find(
    (key) => lifeStatus(key) !== "revoked" && hasName(key, inputs.name ?? ""), // an expired key may hold its name, too
  );
  const marker = markerOf(holder);
  const whose =
    marker === undefined ? "" : `, made by ${shown(`${marker.project}/${marker.stack}`)} as ${shown(marker.name)}`;
  return new ZkscoreError({
    code: "ZKS_CONFLICT",
    ...(error.status === undefined ? {} : { status: error.status }),
    what: `${inputs.ownership.name}: the name "${inputs.name}" is taken by ${holder === undefined ? "another key" : `key ${holder.id}${whose}`}`,
    why: "the API wants names that are unique among live keys",
    remedy: remedyOf(context, inputs, listing, holder),
    safe: "no key was created or changed",
  });
}

/** What frees the name: only what this resource has left by accident is revoked without a word. */
function remedyOf(
  { view }: HandlerContext,
  { ownership }: KeyInputs,
  listing: Listing | undefined,
  holder: RemoteKey | undefined,
): string {
  const other = "choose another name, use namePrefix instead, or take the key over with adopt: { keyId, apiKey }";
  if (listing === undefined || holder === undefined || markerOf(holder)?.owner !== ownership.owner) return other;
  const standing = standings(listing, view).of(holder);
  if (standing.is !== "orphan") return other;
  if (standing.doubts.every((doubt) => doubt === "state not read"))
    return "run `pulumi up --refresh`: it revokes that key if no state holds it";
  const used = standing.doubts.includes("used");
  return (
    `${used ? "if nobody uses that key any more" : "if a run was cut off here, nobody has that key's secret"}: revoke it in the ` +
    `account, then run \`pulumi up\` again; \`zkscore-keys reconcile\` says what is known of it. Else ${other}`
  );
}
