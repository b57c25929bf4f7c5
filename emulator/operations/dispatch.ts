import type { Caller, Core } from "../accounts.ts";
import { ApiFailure } from "../contract/failures.ts";
import type { FaultSpec } from "../faults/spec.ts";
import type { Route } from "../http/routes.ts";
import type { Modes } from "../modes.ts";
import { allowsEverything } from "./access.ts";
import { create, list, revoke, update } from "./keys.ts";
import { data, usage } from "./usage.ts";

/** A request, parsed and authenticated. */
export interface Call {
  route: Route;
  query: URLSearchParams;
  body: unknown;
  caller: Caller;
  /** The client's address. */
  client: string;
  /** Takes a fault of a kind that changes what a list says, if one is due. */
  quirk<K extends "staleList" | "loopingPages">(kind: K): (FaultSpec & { kind: K }) | undefined;
}

/** What an operation answers, before it is written to the socket. */
export interface Result {
  status: number;
  body: Record<string, unknown>;
  /** Whether it changed something. */
  committed: boolean;
  keyId: string | null;
}

/** Validated; `run` is synchronous and is called inside one transaction. */
export type Prepared = (now: number) => Result;

/** Throws what a request deserves that no operation is for: 404 where there is no such path, 405 where it has other methods. */
export function assertOperation({ operation, allow }: Route, updates: Modes["updates"]): void {
  if (operation !== "unknown") return;
  if (allow.length === 0) throw new ApiFailure("notFound", "no such endpoint");
  const methods = allow.filter((method) => method !== "PATCH" || updates !== 405);
  throw new ApiFailure("methodNotAllowed", undefined, { headers: { Allow: methods.join(", ") } });
}

/** Validates a call, or throws the failure it deserves. */
export async function prepare(core: Core, call: Call): Promise<Prepared> {
  const { operation } = call.route;
  if (operation === "data") return data(call);
  if (operation === "usage") return usage(core, call);
  if (
    call.caller.type === "issued" &&
    !(core.modes().issuedKeysManage && allowsEverything(call.caller.key.doc.permissions))
  ) {
    throw new ApiFailure("forbidden", "an issued key can't manage keys");
  }
  if (operation === "create") return create(core, call);
  if (operation === "update") return update(core, call);
  return operation === "list" ? list(core, call) : revoke(core, call);
}
