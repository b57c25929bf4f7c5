import { check } from "../handlers/check.ts";
import { InitFailure } from "../handlers/context.ts";
import { create } from "../handlers/create.ts";
import { remove } from "../handlers/delete.ts";
import { diff } from "../handlers/diff.ts";
import { read } from "../handlers/read.ts";
import { update } from "../handlers/update.ts";
import { guarded } from "./guard.ts";
import { configure, type HostConfig, revokeIfEngineGone, runtime } from "./runtime.ts";
import { inputsIn, stateIn, stateOut } from "./stateCodec.ts";

type Fields = Record<string, unknown>;

/** The handlers of `ApiKey`, in the shape of `pulumi.dynamic.ResourceProvider`. */
export function apiKey() {
  return {
    configure: async ({ config }: { config: HostConfig }) => configure(config),

    check: (olds: Fields, news: Fields) =>
      guarded(news, () => {
        const { __provider, ...before } = olds;
        const { inputs, failures } = check(runtime(), before, news);
        // No property: for a top-level one the engine prints its value, secret or not. The reason names the field.
        return { inputs, failures: failures.map((reason) => ({ property: "", reason })) };
      }),

    diff: (_id: string, olds: Fields, news: Fields) =>
      guarded(news, () => diff(runtime(), stateIn(olds), inputsIn(news))),

    create: (inputs: Fields) =>
      guarded(inputs, async () => {
        const context = runtime();
        const outs = await create(context, inputsIn(inputs)).catch(async (error: unknown) => {
          if (error instanceof InitFailure) await revokeIfEngineGone(context, error.state);
          throw error;
        });
        await revokeIfEngineGone(context, outs);
        return { id: String(outs.keyId), outs: stateOut(outs) };
      }),

    read: (id: string, props: Fields) =>
      guarded(props, async () => {
        const { state, inputs } = await read(runtime(), stateIn(props));
        return { id, props: stateOut(state), ...(inputs === undefined ? {} : { inputs }) };
      }),

    update: (_id: string, olds: Fields, news: Fields) =>
      guarded(news, async () => ({ outs: stateOut(await update(runtime(), stateIn(olds), inputsIn(news))) })),

    delete: (_id: string, props: Fields) => guarded(props, () => remove(runtime(), stateIn(props))),
  };
}
