import { z } from "zod";
import { ask } from "../ask.ts";
import { OPERATOR_PATH } from "./http.ts";
import { bodyOf, eachMethod } from "./method.ts";
import { METHODS, type Operator } from "./table.ts";

type Promised<T> = {
  [K in keyof T]: T[K] extends (...values: infer V) => infer R ? (...values: V) => Promise<Awaited<R>> : Promised<T[K]>;
};

/** The operator's methods of an emulator in another process: the same names, each a promise. */
export type RemoteOperator = Promised<Operator>;

const reply = z.union([z.object({ result: z.unknown() }), z.object({ error: z.string() })]);

/** `origin`: `http://127.0.0.1:PORT`, without the API's prefix. */
export function operatorClient(origin: string, operatorToken: string): RemoteOperator {
  const headers = { Authorization: `Bearer ${operatorToken}`, "Content-Type": "application/json" };
  // The cast trusts the other end: `http.ts` of this package serves the same table.
  return eachMethod(METHODS, (name, method) => async (...values: unknown[]) => {
    const body = JSON.stringify(bodyOf(method, values) ?? {});
    const answer = reply.parse(JSON.parse((await ask(`${origin}${OPERATOR_PATH}${name}`, "POST", headers, body)).text));
    if ("error" in answer) throw new Error(answer.error);
    return answer.result ?? undefined;
  }) as RemoteOperator;
}
