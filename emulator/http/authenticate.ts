import type { Caller } from "../accounts.ts";
import { ApiFailure } from "../contract/failures.ts";
import type { Core } from "../operations/operation.ts";
import { digest } from "../store/secrets.ts";

/** Recognises a management token or an issued key by its digest; what it returns otherwise is the answer's to throw. */
export function identify(core: Core, authorization: string | undefined): Caller | ApiFailure {
  const secret = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "")?.[1];
  if (secret === undefined) return new ApiFailure("unauthorized", "send Authorization: Bearer <token>");
  const hash = digest(secret);
  const owner = core.accounts.find(({ tokenHash }) => tokenHash === hash);
  if (owner !== undefined) return { type: "management", account: owner };
  const key = core.keys.bySecret(secret, core.clock.now());
  const account = key === undefined ? undefined : core.accounts[key.account];
  if (key === undefined || account === undefined) return new ApiFailure("invalidKey");
  if (key.status === "expired") return new ApiFailure("expiredKey");
  if (key.status !== "active") return new ApiFailure("invalidKey", `it is ${key.status}`);
  return { type: "issued", account, key };
}
