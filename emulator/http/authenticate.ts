import type { Caller, Core } from "../accounts.ts";
import { ApiFailure } from "../contract/failures.ts";
import { digest } from "../store/secrets.ts";

/** Why nobody was recognised; the answer to give, once it is time to answer. */
export type Identified = { caller: Caller } | { failure: ApiFailure };

/** Recognises a management token or an issued key by its digest. */
export function identify(core: Core, authorization: string | undefined, now: number): Identified {
  const secret = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "")?.[1];
  if (secret === undefined) return { failure: new ApiFailure("unauthorized", "send Authorization: Bearer <token>") };
  const hash = digest(secret);
  const owner = core.accounts.find(({ tokenHash }) => tokenHash === hash);
  if (owner !== undefined) return { caller: { type: "management", account: owner } };
  const key = core.keys.bySecret(secret, now);
  const account = key === undefined ? undefined : core.accounts[key.account];
  if (key === undefined || account === undefined) return { failure: new ApiFailure("invalidKey") };
  if (key.status === "expired") return { failure: new ApiFailure("expiredKey") };
  if (key.status !== "active") return { failure: new ApiFailure("invalidKey", `it is ${key.status}`) };
  return { caller: { type: "issued", account, key } };
}
