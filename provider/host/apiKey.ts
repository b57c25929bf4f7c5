import type { KeyOptions, Operation } from "../domain/options.ts";
import { check } from "../handlers/check.ts";
import { create } from "../handlers/create.ts";
import { remove } from "../handlers/delete.ts";
import { diff } from "../handlers/diff.ts";
import { read } from "../handlers/read.ts";
import { update } from "../handlers/update.ts";
import { InitFailure } from "../stack/context.ts";
import { guarded } from "./guard.ts";
import { configure, type HostConfig, revokeIfEngineGone, runtime } from "./runtime.ts";
import { markSecrets } from "./secrets.ts";
import { inputsIn, stateIn, stateOut } from "./stateCodec.ts";

type Fields = Record<string, unknown>;

/** What `customTimeouts` allows, in ms: `read` and `delete` find it in the outputs. */
function timeoutOf(props: Fields, operation: Operation): number | undefined {
  // A border: `check` let it pass.
  const seconds = (props["options"] as KeyOptions | undefined)?.timeouts?.[operation];
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** The handlers of `ApiKey`, in the shape of `pulumi.dynamic.ResourceProvider`. */
export function apiKey() {
  return {
    configure: async ({ config }: { config: HostConfig }) => configure(config),

    check: (olds: Fields, news: Fields) =>
      guarded(news, () => {
        const { __provider, ...before } = olds;
        const { inputs, failures } = check(runtime(), before, news);
        // No property: for a top-level one the engine prints its value, secret or not. The reason names the field.
        return { inputs: markSecrets({ ...inputs }), failures: failures.map((reason) => ({ property: "", reason })) };
      }),

    diff: (_id: string, olds: Fields, news: Fields) =>
      guarded(news, () => diff(runtime(), stateIn(olds), inputsIn(news))),

    create: (inputs: Fields) =>
      guarded(
        inputs,
        async () => {
          const context = runtime();
          const outs = await create(context, inputsIn(inputs)).catch(async (error: unknown) => {
            if (error instanceof InitFailure) await revokeIfEngineGone(context, error.state);
            throw error;
          });
          await revokeIfEngineGone(context, outs);
          return { id: String(outs.keyId), outs: markSecrets(stateOut(outs)) };
        },
        timeoutOf(inputs, "create"),
      ),

    read: (id: string, props: Fields) =>
      guarded(
        props,
        async () => {
          const { state, inputs } = await read(runtime(), stateIn(props));
          const asInputs = inputs === undefined ? {} : { inputs: markSecrets({ ...inputs }) };
          return { id, props: markSecrets(stateOut(state)), ...asInputs };
        },
        timeoutOf(props, "read"),
      ),

    update: (_id: string, olds: Fields, news: Fields) =>
      guarded(
        news,
        async () => ({ outs: markSecrets(stateOut(await update(runtime(), stateIn(olds), inputsIn(news)))) }),
        timeoutOf(news, "update"),
      ),

    delete: (_id: string, props: Fields) =>
      guarded(props, () => remove(runtime(), stateIn(props)), timeoutOf(props, "delete")),
  };
}
