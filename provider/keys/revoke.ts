import { isLive, nameOf } from "../api/keyStatus.ts";
import type { RemoteKey } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { sha256 } from "../domain/stable.ts";
import { locate } from "../stack/absence.ts";
import type { HandlerContext } from "../stack/context.ts";

/** Revokes a key that a listing has shown. 404 is a success only if the key is then revoked, or proven gone. */
export async function revokeListed(context: HandlerContext, key: RemoteKey, identity: string): Promise<void> {
  if ((await context.client.revoke(key.id)) === "revoked") return;
  const after = await locate(context, key.id, [identity], "fresh");
  if (after === "absent" || !isLive(after.found)) return;
  throw new ZkscoreError({
    code: "ZKS_NOT_FOUND",
    status: 404,
    what: `${nameOf(after.found)} could not be revoked`,
    why: "the API answers that it doesn't exist, and still lists it as live",
    remedy:
      "check that the token may revoke keys of this account, then run again; if it stays so, ask the API's support",
    safe: "the key is still known to this stack, and the next run tries again",
  });
}

/** Refuses to revoke the key that the provider itself authenticates with. */
export function assertNotOwnToken(
  { settings }: HandlerContext,
  name: string,
  key: { keyId: string; fingerprint: string },
): void {
  if (settings.token === undefined || sha256(settings.token).slice(0, 16) !== key.fingerprint) return;
  throw new ZkscoreError({
    code: "ZKS_PREVENTED",
    what: `${name}: key ${key.keyId} was not revoked`,
    why: "it is the key this run authenticates with; revoking it would cut the provider off",
    remedy: "run with another management token in ZKSCORE_TOKEN",
    safe: "the key lives and stays in the state",
  });
}
