import { type ClientOptions, createClient } from "../../provider/api/client.ts";
import type { KeyApi } from "../../provider/api/types.ts";
import type { Clock } from "../../provider/domain/clock.ts";
import type { KeyState } from "../../provider/domain/inputs.ts";
import { check } from "../../provider/handlers/check.ts";
import { create } from "../../provider/handlers/create.ts";
import { remove } from "../../provider/handlers/delete.ts";
import { diff } from "../../provider/handlers/diff.ts";
import {
  checkIdentity,
  createIdentity,
  diffIdentity,
  type IdentityState,
  readIdentity,
  removeIdentity,
  updateIdentity,
} from "../../provider/handlers/identity.ts";
import { read } from "../../provider/handlers/read.ts";
import { update } from "../../provider/handlers/update.ts";
import { hostSettings } from "../../provider/host/settings.ts";
import { inputsIn, stateIn, stateOut } from "../../provider/host/stateCodec.ts";
import { type HandlerContext, InitFailure } from "../../provider/stack/context.ts";
import { createStackView } from "../../provider/stack/view.ts";
import {
  type Fields,
  HandlerFailure,
  type Handlers,
  type ProviderRun,
  plain,
  type RunOptions,
} from "./hostHandlers.ts";

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
    key: keyHandlers(context),
    identity: identityHandlers(context),
    log: () => lines.join("\n"),
    end: () => client.close(),
  };
}

// Through the same codec as `provider/host`.
const inputsOf = (fields: Fields) => inputsIn(plain(fields));
const stateOf = (fields: Fields) => stateIn(plain(fields));
const stateFields = (state: KeyState) => plain(stateOut(state));
const fieldsOf = (bag: object) => plain({ ...bag });

function keyHandlers(context: HandlerContext): Handlers {
  return {
    check: (olds, news) =>
      bare(async () => {
        const { inputs, failures } = check(context, plain(olds), plain(news));
        return { inputs: fieldsOf(inputs), failures };
      }),
    diff: (_id, olds, news) => bare(async () => diff(context, stateOf(olds), inputsOf(news))),
    create: (inputs) =>
      bare(async () => {
        const outs = await create(context, inputsOf(inputs));
        return { id: outs.keyId, outs: stateFields(outs) };
      }),
    read: (id, props) =>
      bare(async () => {
        const { state, inputs } = await read(context, stateOf(props));
        return { id, props: stateFields(state), ...(inputs === undefined ? {} : { inputs: fieldsOf(inputs) }) };
      }),
    update: (_id, olds, news) =>
      bare(async () => ({ outs: stateFields(await update(context, stateOf(olds), inputsOf(news))) })),
    delete: (_id, props) => bare(() => remove(context, stateOf(props))),
  };
}

function identityHandlers(context: HandlerContext): Handlers {
  const state = (fields: Fields) => plain(fields) as unknown as IdentityState;
  const names = (fields: Fields) => ({ project: String(fields["project"]), stack: String(fields["stack"]) });
  return {
    check: async (_olds, news) => {
      checkIdentity(context, names(news));
      return { inputs: news, failures: [] };
    },
    diff: (_id, olds, news) =>
      bare(async () => ({
        ...diffIdentity(context, state(olds), names(news)),
        replaces: [],
        deleteBeforeReplace: false,
      })),
    create: async (inputs) => {
      const outs = createIdentity(context, names(inputs));
      return { id: outs.identity, outs: fieldsOf(outs) };
    },
    read: (id, props) => bare(async () => ({ id, props: fieldsOf(readIdentity(context, state(props))) })),
    update: async (_id, olds, news) => ({ outs: fieldsOf(updateIdentity(context, state(olds), names(news))) }),
    delete: (_id, props) => bare(() => removeIdentity(context, state(props))),
  };
}

/** As the host's guard: an init failure keeps its properties, everything else is only a message. */
async function bare<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InitFailure) {
      throw new HandlerFailure(error.message, { id: error.id, properties: stateFields(error.state) });
    }
    if (error instanceof Error) throw error;
    throw new HandlerFailure(String(error));
  }
}
