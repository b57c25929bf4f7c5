import { type ClientOptions, createClient } from "../../../provider/api/client.ts";
import type { KeyApi } from "../../../provider/api/types.ts";
import type { Clock } from "../../../provider/domain/clock.ts";
import { keyHandlers } from "../../../provider/host/apiKey.ts";
import { identityHandlers } from "../../../provider/host/stackIdentity.ts";
import { hostSettings } from "../../../provider/settings.ts";
import type { HandlerContext } from "../../../provider/stack/context.ts";
import { createStackView } from "../../../provider/stack/view.ts";
import { type Fields, HandlerFailure, type Handlers, type ProviderRun, plain, type RunOptions } from "./handlers.ts";
import { clear } from "./wire.ts";

export interface InProcessOptions extends RunOptions {
  clock: Clock;
  random: () => string;
  /** Between the handlers and the client, to cut calls off. */
  around?: (client: KeyApi) => KeyApi;
  client?: Partial<ClientOptions>;
}

/** The same handlers, called without a process: for sequences in the thousands. One run = one engine operation. */
export function startInProcess(options: InProcessOptions): ProviderRun & { context: HandlerContext } {
  const { baseUrl, now: _fixed, ...settings } = hostSettings(options.env, () => undefined);
  const client = createClient({
    baseUrl,
    token: settings.token,
    clock: options.clock,
    random: () => 0,
    ...options.client,
  });
  const lines: string[] = [];
  const context: HandlerContext = {
    client: options.around?.(client) ?? client,
    clock: options.clock,
    settings,
    random: options.random,
    log: { warn: (line) => void lines.push(`warning: ${line}`), info: (line) => void lines.push(line) },
    view: createStackView(),
  };
  return {
    context,
    key: handlers(keyHandlers({ context: () => context, revokeIfEngineGone: async () => {} })),
    identity: handlers(identityHandlers({ context: () => context })),
    log: () => lines.join("\n"),
    end: () => client.close(),
  };
}

/** The host's own handlers, without a process: nothing but JSON survives, and the engine takes the secrets' marks off. */
function handlers(host: ReturnType<typeof keyHandlers> | ReturnType<typeof identityHandlers>): Handlers {
  const out = (fields: object) => clear(plain({ ...fields }));
  return {
    check: (olds, news) =>
      bare(async () => {
        const { inputs, failures } = { failures: [], ...(await host.check(plain(olds), plain(news))) };
        return { inputs: out(inputs), failures: failures.map(({ reason }: { reason: string }) => reason) };
      }),
    diff: (id, olds, news) =>
      bare(async () => ({
        ...{ replaces: [], deleteBeforeReplace: false },
        ...(await host.diff(id, plain(olds), plain(news))),
      })),
    create: (inputs) =>
      bare(async () => {
        const { id, outs } = await host.create(plain(inputs));
        return { id, outs: out(outs) };
      }),
    read: (id, props) =>
      bare(async () => {
        const answer: { props: object; inputs?: object } = await host.read(id, plain(props));
        return { id, props: out(answer.props), ...(answer.inputs === undefined ? {} : { inputs: out(answer.inputs) }) };
      }),
    update: (id, olds, news) =>
      bare(async () => ({ outs: out((await host.update(id, plain(olds), plain(news))).outs) })),
    delete: (id, props) => bare(() => host.delete(id, plain(props))),
  };
}

/** As the dynamic-provider process: an init failure keeps its properties, everything else is only a message. */
async function bare<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // A border: what the guard throws is an init failure where it has an id.
    const { message, id, properties } = error as Error & { id?: string; properties?: Fields };
    if (id === undefined || properties === undefined) throw new Error(message);
    const { __provider, ...rest } = properties;
    throw new HandlerFailure(message, { id, properties: clear(plain(rest)) });
  }
}
