import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AccountOptions, account } from "./accounts.ts";
import { ask } from "./ask.ts";
import { virtualClock } from "./clock.ts";
import { holds } from "./faults/holds.ts";
import { faultRegistry } from "./faults/registry.ts";
import type { ServeContext } from "./http/context.ts";
import { serve } from "./http/serve.ts";
import { DEFAULT_MODES, type Modes, modesSchema } from "./modes.ts";
import { limits } from "./operations/limits.ts";
import type { Core } from "./operations/operation.ts";
import { OPERATOR_PATH, operatorHttp } from "./operator/http.ts";
import { type Operator, operator } from "./operator/table.ts";
import { openStore } from "./store/database.ts";
import { openJournal } from "./store/journal.ts";
import { keyStore } from "./store/keys.ts";
import { newToken } from "./store/secrets.ts";
import { usageStore } from "./store/usage.ts";
import { webhookStore } from "./store/webhooks.ts";

export type { AccountOptions } from "./accounts.ts";
export type { Operation } from "./contract/statuses.ts";
export type { Held } from "./faults/holds.ts";
export type { FaultState } from "./faults/registry.ts";
export { type FaultKind, type FaultSpec, KIND_PHASES, PHASES, type Phase } from "./faults/spec.ts";
export type { Modes } from "./modes.ts";
export type { KeyView } from "./operator/keyView.ts";
export type { Operator } from "./operator/table.ts";
export type { JournalEntry } from "./store/journal.ts";

/** How to start; every mode can be given here, too. */
export interface EmulatorOptions extends Partial<Modes> {
  /** A folder for the databases; default `:memory:`. */
  dataDir?: string;
  /** Default 0: any free port. */
  port?: number;
  /** What comes before `/developer/keys`; default `/v1`. */
  prefix?: string;
  /** Default one account with a generated token and no ceilings. Keep the order: a restart goes by the index. */
  accounts?: AccountOptions[];
  /** Generated when absent. */
  operatorToken?: string;
  /** An instant the clock stands at; default the machine's clock. */
  clock?: number | string;
}

/** A request with an issued key. */
interface Use {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
}

/** What one request with an issued key came to. */
export interface Used {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed; undefined when it isn't JSON. */
  body: unknown;
}

export interface Emulator extends Operator {
  /** `http://127.0.0.1:PORT/v1`: what `ZKSCORE_BASE_URL` is set to. */
  url: string;
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  port: number;
  operatorToken: string;
  /** The accounts with their tokens, in order. */
  accounts: (AccountOptions & { token: string })[];
  /** Uses an issued key over the network, as an application would; default `GET /scores/alice.zks`. */
  use(secret: string, what?: Use): Promise<Used>;
  /** Drops every connection and held request and closes the databases. Nothing that was answered is lost. */
  close(): Promise<void>;
}

/** Starts a stand-in of the ZKScore key API on 127.0.0.1. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { dataDir = ":memory:", port = 0, prefix = "/v1", clock, accounts: asked = [{}], ...rest } = options;
  const { operatorToken = newToken("op_"), ...given } = rest;
  const accounts = asked.map((one) => ({ ...one, token: one.token ?? newToken("zkm_") }));
  const modes = modesSchema.parse({ ...DEFAULT_MODES, ...given });
  const store = openStore(dataDir);
  const webhooks = webhookStore(store);
  const core: Core = {
    store,
    keys: keyStore(store, webhooks),
    usage: usageStore(store),
    webhooks,
    clock: virtualClock(clock),
    accounts: accounts.map(account),
    modes,
  };
  const stop = new AbortController();
  const context: ServeContext = {
    core,
    limits: limits(core),
    faults: faultRegistry(),
    holds: holds(),
    journal: openJournal(store, dataDir !== ":memory:"),
    prefix,
    stopping: stop.signal,
  };
  const serveOperator = operatorHttp(context, operatorToken);

  const pending = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const url = addressOf(request);
    const work = url.pathname.startsWith(OPERATOR_PATH)
      ? serveOperator(request, response, url.pathname)
      : serve(context, request, response, url);
    pending.add(work);
    void work.finally(() => pending.delete(work));
  });
  server.listen(port, "127.0.0.1"); // never another address: the tokens travel in clear
  try {
    await once(server, "listening");
  } catch (error) {
    store.close();
    throw error;
  }
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  const origin = `http://127.0.0.1:${actual}`;
  const url = `${origin}${prefix}`;

  return {
    ...operator(context),
    url,
    origin,
    port: actual,
    operatorToken,
    accounts,
    use: (secret, what) => use(url, secret, what),
    close: async () => {
      stop.abort();
      context.holds.shut();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await Promise.allSettled([...pending]);
      store.close();
    },
  };
}

/** The path and query asked for; a target that is no URL (`//`) counts as the root, where nothing is. */
function addressOf(request: IncomingMessage): URL {
  const base = "http://127.0.0.1";
  const target = request.url ?? "/";
  return new URL(URL.canParse(target, base) ? target : "/", base);
}

async function use(
  url: string,
  secret: string,
  { method = "GET", path = "/scores/alice.zks", headers }: Use = {},
): Promise<Used> {
  const { text, ...rest } = await ask(url + path, method, { ...headers, Authorization: `Bearer ${secret}` });
  return { ...rest, body: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
