import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { updateRequest } from "../../provider/domain/wire.ts";
import { faultSpec, PHASES } from "../faults/spec.ts";
import { readBody } from "../http/body.ts";
import { modeChange } from "../modes.ts";
import { OPERATIONS } from "../store/journal.ts";
import { digest } from "../store/secrets.ts";
import type { Operator } from "./table.ts";

/** Where the operator's functions are served, outside the API's prefix. */
export const OPERATOR_PATH = "/_operator/";

const id = z.strictObject({ id: z.int().optional() });
const forKey = z.strictObject({ keyId: z.string() });
const wait = z.strictObject({
  operation: z.enum(OPERATIONS).optional(),
  phase: z.enum(PHASES).optional(),
  timeoutMs: z.int().max(600_000).optional(),
});
const event = z.strictObject({ type: z.string(), data: z.unknown().optional(), keyId: z.string().optional() });

/** Each function of {@link Operator} under its own name: `POST /_operator/<name>` with its arguments as JSON. */
function table(operator: Operator): Record<string, (body: unknown) => unknown> {
  return {
    journal: (body) => operator.journal(z.strictObject({ since: z.int().optional() }).parse(body).since),
    clearJournal: () => operator.clearJournal(),
    "faults.add": (body) => operator.faults.add(faultSpec.parse(body)),
    "faults.clear": (body) => operator.faults.clear(id.parse(body).id),
    "faults.list": () => operator.faults.list(),
    waitForPause: (body) => operator.waitForPause(wait.parse(body)),
    release: (body) => operator.release(id.parse(body).id),
    held: () => operator.held(),
    modes: () => operator.modes(),
    setMode: (body) => operator.setMode(modeChange.parse(body)),
    now: () => operator.now(),
    setNow: (body) => {
      operator.setNow(z.strictObject({ instant: z.union([z.number(), z.string()]).optional() }).parse(body).instant);
    },
    advance: (body) => operator.advance(z.strictObject({ ms: z.number() }).parse(body).ms),
    keys: (body) => operator.keys(z.strictObject({ account: z.int().optional() }).parse(body).account),
    edit: (body) => {
      const { keyId, change } = forKey.extend({ change: updateRequest }).parse(body);
      operator.edit(keyId, change);
    },
    revoke: (body) => operator.revoke(forKey.parse(body).keyId),
    setInactive: (body) => {
      const { keyId, inactive } = forKey.extend({ inactive: z.boolean() }).parse(body);
      operator.setInactive(keyId, inactive);
    },
    event: (body) => {
      const { keyId, ...rest } = event.parse(body);
      return operator.event({ ...rest, ...(keyId === undefined ? {} : { keyId }) });
    },
  };
}

/** Serves the operator's functions to whoever has the operator token, and to nobody else. */
export function operatorHttp(
  operator: Operator,
  operatorToken: string,
): (request: IncomingMessage, response: ServerResponse, pathname: string) => Promise<void> {
  const functions = new Map(Object.entries(table(operator)));
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
    const run = functions.get(pathname.slice(OPERATOR_PATH.length));
    if (request.method !== "POST" || run === undefined) {
      request.resume();
      return answer(response, 404, { error: `POST one of ${[...functions.keys()].join(", ")}` });
    }
    try {
      const result = await run((await readBody(request)) ?? {});
      answer(response, 200, { result: result ?? null });
    } catch (error) {
      answer(response, 400, { error: error instanceof Error ? error.message : "failed" });
    }
  };
}
