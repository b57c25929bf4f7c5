import { iso } from "../clock.ts";
import { ApiFailure } from "../contract/failures.ts";
import { allows } from "./access.ts";
import type { Call, Core, Prepared } from "./operation.ts";

/** What requests without `?chain=` are about: the one chain the reference shows. */
const DEFAULT_CHAIN = "998899";

/** The endpoints keys are for: they answer whether the key may, and hold no data of their own. */
export function data(_core: Core, { caller, target, client, query }: Call): Prepared {
  if (target === null) throw new ApiFailure("notFound", "no such endpoint");
  if (caller.type !== "issued") throw new ApiFailure("forbidden", "use an issued API key here");
  const chain = query.get("chain") ?? DEFAULT_CHAIN;
  if (!allows(caller.key.doc.permissions, { ...target, client, chain })) throw new ApiFailure("forbidden");
  const { resource, identity } = target;
  return (now) => ({
    status: 200,
    body: { success: true, data: { resource, identity, chain }, timestamp: iso(now) },
    committed: false,
    keyId: caller.key.id,
  });
}
