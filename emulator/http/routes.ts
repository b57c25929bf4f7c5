import type { Operation } from "../store/journal.ts";

/** What a request is for. */
export interface Route {
  operation: Operation;
  /** `/developer/keys/:id`: never the path itself, which a client could put a secret into. */
  template: string;
  keyId: string | null;
  /** Of a data endpoint. */
  wish: { resource: string; identity: string; action: "read" | "write" | "delete" } | null;
  /** The methods of the path; none where there is no such path. */
  allow: readonly string[];
}

export const NOWHERE: Route = { operation: "unknown", template: "(unknown)", keyId: null, wish: null, allow: [] };

/** Whether a text has the form of this emulator's key ids: only such a one is journalled. */
export function isKeyId(text: string): boolean {
  return /^key_[0-9a-f]{20}$/.test(text);
}

const DATA_RESOURCES = ["identity", "scores", "achievements", "trading", "trust", "attestations"];
const DATA_ACTIONS: Partial<Record<string, "read" | "write" | "delete">> = {
  GET: "read",
  POST: "write",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
};
const BY_ID: Partial<Record<string, Operation>> = { DELETE: "revoke", PATCH: "update" };
const ON_ALL: Partial<Record<string, Operation>> = { POST: "create", GET: "list" };

/** `undefined` when the path isn't under the prefix. */
export function route(method: string, pathname: string, prefix: string): Route | undefined {
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
      wish: null,
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
      wish: { resource: first, identity: decode(second), action },
      allow,
    };
  }
  return NOWHERE;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
