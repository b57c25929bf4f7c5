import { allowsEverything } from "./access.ts";
import { data, usage } from "./consume.ts";
import type { Caller, Core } from "./core.ts";
import { ApiFailure } from "./failure.ts";
import type { FaultSpec } from "./faultSpec.ts";
import { create, list, revoke, update } from "./manage.ts";
import type { Route } from "./routes.ts";

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

/** Validates a call, or throws the failure it deserves. */
export async function prepare(core: Core, call: Call): Promise<Prepared> {
  const { operation } = call.route;
  if (operation === "data") return data(call);
  if (operation === "usage") return usage(core, call);
  if (operation === "unknown") throw new ApiFailure("notFound", "no such endpoint");
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
