import { request } from "node:http";
import { z } from "zod";
import type { FaultState } from "../faults/registry.ts";
import type { Operator } from "./table.ts";

type Remote<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;

/** The operator's functions of an emulator in another process: the same names, each a promise. */
export type RemoteOperator = { [K in Exclude<keyof Operator, "faults">]: Remote<Operator[K]> } & {
  faults: { [K in keyof Operator["faults"]]: Remote<Operator["faults"][K]> };
};

const reply = z.union([z.object({ result: z.unknown() }), z.object({ error: z.string() })]);

/** `origin`: `http://127.0.0.1:PORT`, without the API's prefix. */
export function operatorClient(origin: string, operatorToken: string): RemoteOperator {
  // The one cast of this file: the other end is `operatorHttp.ts` of this package, typed by the same interface.
  const ask = async <T>(name: string, body: unknown = {}): Promise<T> =>
    (await post(`${origin}/_operator/${name}`, operatorToken, body)) as T;
  return {
    journal: (since) => ask("journal", { since }),
    clearJournal: () => ask("clearJournal"),
    faults: {
      add: (spec) => ask("faults.add", spec),
      clear: (id) => ask("faults.clear", { id }),
      list: () => ask<FaultState[]>("faults.list"),
    },
    waitForPause: (filter) => ask("waitForPause", filter),
    release: (id) => ask("release", { id }),
    held: () => ask("held"),
    modes: () => ask("modes"),
    setMode: (change) => ask("setMode", change),
    now: () => ask("now"),
    setNow: (instant) => ask("setNow", { instant }),
    advance: (ms) => ask("advance", { ms }),
    keys: (account) => ask("keys", { account }),
    edit: (keyId, change) => ask("edit", { keyId, change }),
    revoke: (keyId) => ask("revoke", { keyId }),
    setInactive: (keyId, inactive) => ask("setInactive", { keyId, inactive }),
    event: (event) => ask("event", event),
  };
}

function post(url: string, token: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const outgoing = request(url, { method: "POST", agent: false, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => {
        text += String(chunk);
      });
      answer.once("error", reject);
      answer.once("end", () => {
        try {
          const parsed = reply.parse(JSON.parse(text));
          if ("error" in parsed) reject(new Error(parsed.error));
          else resolve(parsed.result ?? undefined);
        } catch (error) {
          reject(error);
        }
      });
    });
    outgoing.once("error", reject);
    outgoing.end(JSON.stringify(body));
  });
}
