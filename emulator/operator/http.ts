import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http/body.ts";
import { digest } from "../store/secrets.ts";
import { call, eachMethod, type Method, type OperatorContext, valuesOf } from "./method.ts";
import { METHODS } from "./table.ts";

/** Where the operator's methods are served, outside the API's prefix. */
export const OPERATOR_PATH = "/_operator/";

/**
 * Serves the operator's methods to whoever has the operator token, and to nobody else: `POST /_operator/<name>`, with the
 * arguments as JSON.
 */
export function operatorHttp(
  context: OperatorContext,
  operatorToken: string,
): (request: IncomingMessage, response: ServerResponse, pathname: string) => Promise<void> {
  const methods = new Map<string, Method>();
  eachMethod(METHODS, (name, method) => methods.set(name, method));
  const expected = Buffer.from(digest(operatorToken));
  const answer = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
  return async (request, response, pathname) => {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (!timingSafeEqual(Buffer.from(digest(given)), expected)) {
      request.resume();
      return answer(response, 401, { error: "the operator token opens this, no account's token does" });
    }
    const method = methods.get(pathname.slice(OPERATOR_PATH.length));
    if (request.method !== "POST" || method === undefined) {
      request.resume();
      return answer(response, 404, { error: `POST one of ${[...methods.keys()].join(", ")}` });
    }
    try {
      const result = await call(context, method, valuesOf(method, (await readBody(request)) ?? {}));
      answer(response, 200, { result: result ?? null });
    } catch (error) {
      answer(response, 400, { error: error instanceof Error ? error.message : "failed" });
    }
  };
}
