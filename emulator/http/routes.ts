import { ApiFailure } from "../contract/failures.ts";
import type { Operation } from "../contract/statuses.ts";
import type { Modes } from "../modes.ts";
import type { Call, DataTarget } from "../operations/operation.ts";

/** What a request is for. */
export interface Route {
  operation: Operation;
  /** `/developer/keys/:id`: never the path itself, which a client could put a secret into. */
  template: string;
  keyId: string | null;
  /** Of a data endpoint. */
  target: DataTarget | null;
  /** The methods of the path; none where there is no such path. */
  allow: readonly string[];
}

export const NOWHERE: Route = { operation: "unknown", template: "(unknown)", keyId: null, target: null, allow: [] };

/** Whether a text has the form of this emulator's key ids: only such a one is journalled. */
export function isKeyId(text: string): boolean {
  return /^key_[0-9a-f]{20}$/.test(text);
}

const DATA_RESOURCES = ["identity", "scores", "achievements", "trading", "trust", "attestations"];
const DATA_ACTIONS: Partial<Record<string, DataTarget["action"]>> = {
  GET: "read",
  POST: "write",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
};
const BY_ID: Partial<Record<string, Operation>> = { DELETE: "revoke", PATCH: "update" };
const ON_ALL: Partial<Record<string, Operation>> = { POST: "create", GET: "list" };

/** `undefined` when the path isn't under the prefix. */
export function routeOf(method: string, pathname: string, prefix: string): Route | undefined {
  if (!pathname.startsWith(`${prefix}/`)) return undefined;
  const [first = "", second = "", third, ...rest] = pathname.slice(prefix.length + 1).split("/");
  if (rest.length > 0) return NOWHERE;
  if (first === "developer" && second === "usage" && third === undefined) {
    const operation = method === "GET" ? "usage" : "unknown";
    return { ...NOWHERE, operation, template: "/developer/usage", allow: ["GET"] };
  }
  if (first === "developer" && second === "keys") {
    const byId = third !== undefined;
    const methods = byId ? BY_ID : ON_ALL;
    return {
      operation: methods[method] ?? "unknown",
      template: byId ? "/developer/keys/:id" : "/developer/keys",
      keyId: byId && isKeyId(third) ? third : null,
      target: null,
      allow: Object.keys(methods),
    };
  }
  if (DATA_RESOURCES.includes(first) && second !== "" && third === undefined) {
    const action = DATA_ACTIONS[method];
    const template = `/${first}/:identity`;
    const allow = Object.keys(DATA_ACTIONS);
    if (action === undefined) return { ...NOWHERE, template, allow };
    return {
      operation: "data",
      template,
      keyId: null,
      target: { resource: first, identity: decode(second), action },
      allow,
    };
  }
  return NOWHERE;
}

/** The operation of a route. Throws what a request deserves that has none: 404 without such a path, 405 where it has other methods. */
export function operationOf({ operation, allow }: Route, updates: Modes["updates"]): Call["operation"] {
  if (operation !== "unknown") return operation;
  if (allow.length === 0) throw new ApiFailure("notFound", "no such endpoint");
  const methods = allow.filter((method) => method !== "PATCH" || updates !== 405);
  throw new ApiFailure("methodNotAllowed", undefined, { headers: { Allow: methods.join(", ") } });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
