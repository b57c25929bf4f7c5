import type { KeyApi, Listing } from "../../provider/api/types.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import type { UsageResponse } from "../../provider/domain/wire.ts";

/** The account as live checks see it. Every question ends: with an answer, or with {@link NotEvaluated}. */
export interface Account {
  listing(): Promise<Listing>;
  usage(query: { keyId: string; from: string; to: string }): Promise<UsageResponse>;
}

/** Opens the way to the API; called once, at the first question. */
export type OpenApi = () => Promise<KeyApi>;

/** The API gave no answer a check could rest on. Not a violation: nothing is known either way. */
export class NotEvaluated extends Error {
  override readonly name = "NotEvaluated";
}

/** One listing serves the whole run; each question has its own deadline. */
export function openAccount(open: OpenApi, timeoutMs: () => number): Account {
  let api: Promise<KeyApi> | undefined;
  let listing: Promise<Listing> | undefined;
  const ask = async <T>(question: (api: KeyApi) => Promise<T>): Promise<T> => {
    api ??= open();
    return answered(api.then(question), timeoutMs());
  };
  return {
    listing: () => {
      listing ??= ask((client) => client.list("shared"));
      return listing;
    },
    usage: (query) => ask((client) => client.usage(query)),
  };
}

async function answered<T>(question: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NotEvaluated(`the API gave no answer in ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([question, deadline]);
  } catch (error) {
    if (error instanceof NotEvaluated) throw error;
    throw new NotEvaluated(reasonOf(error)); // a new error: a caught one may carry anything in its message
  } finally {
    clearTimeout(timer);
  }
}

/** The code only: messages of foreign errors may hold addresses or tokens. */
function reasonOf(error: unknown): string {
  if (ZkscoreError.is(error)) return error.status === undefined ? error.code : `${error.code}, HTTP ${error.status}`;
  return error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : "an unexpected failure";
}
