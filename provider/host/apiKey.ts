import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import type { KeyOptions, Operation } from "../domain/options.ts";
import { check } from "../handlers/check.ts";
import { InitFailure } from "../handlers/context.ts";
import { create } from "../handlers/create.ts";
import { remove } from "../handlers/delete.ts";
import { diff } from "../handlers/diff.ts";
import { read } from "../handlers/read.ts";
import { update } from "../handlers/update.ts";
import { guarded } from "./guard.ts";
import { configure, type HostConfig, revokeIfEngineGone, runtime } from "./runtime.ts";
import { markSecrets } from "./secrets.ts";
import { assertState } from "./states.ts";

type Fields = Record<string, unknown>;

// The casts are the border to the engine: it hands back what `check`, `create`, `read` and `update` gave it.
const inputsOf = ({ __provider, ...inputs }: Fields) => inputs as unknown as KeyInputs;
const stateOf = ({ __provider, ...state }: Fields) => assertState(state) as unknown as KeyState;

/** What `customTimeouts` allows, in ms: `read` and `delete` find it in the outputs. */
function timeoutOf(props: Fields, operation: Operation): number | undefined {
  // A border: `check` let it pass.
  const seconds = (props["options"] as KeyOptions | undefined)?.timeouts?.[operation];
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** The handlers of `ApiKey`, in the shape of `pulumi.dynamic.ResourceProvider`. */
export function apiKey() {
  return {
    configure: ({ config }: { config: HostConfig }) => configure(config),

    check: (olds: Fields, news: Fields) =>
      guarded(news, () => {
        const { __provider, ...before } = olds;
        const { inputs, failures } = check(runtime(), before, news);
        // No property: for a top-level one the engine prints its value, secret or not. The reason names the field.
        return { inputs: markSecrets({ ...inputs }), failures: failures.map((reason) => ({ property: "", reason })) };
      }),

    diff: (_id: string, olds: Fields, news: Fields) =>
      guarded(news, () => diff(runtime(), stateOf(olds), inputsOf(news))),

    create: (inputs: Fields) =>
      guarded(
        inputs,
        async () => {
          const context = runtime();
          const outs = await create(context, inputsOf(inputs)).catch(async (error: unknown) => {
            if (error instanceof InitFailure) await revokeIfEngineGone(context, error.state);
            throw error;
          });
          await revokeIfEngineGone(context, outs);
          return { id: String(outs.keyId), outs: markSecrets({ ...outs }) };
        },
        timeoutOf(inputs, "create"),
      ),

    read: (id: string, props: Fields) =>
      guarded(
        props,
        async () => {
          const { state, inputs } = await read(runtime(), stateOf(props));
          const asInputs = inputs === undefined ? {} : { inputs: markSecrets({ ...inputs }) };
          return { id, props: markSecrets({ ...state }), ...asInputs };
        },
        timeoutOf(props, "read"),
      ),

    update: (_id: string, olds: Fields, news: Fields) =>
      guarded(
        news,
        async () => ({ outs: markSecrets({ ...(await update(runtime(), stateOf(olds), inputsOf(news))) }) }),
        timeoutOf(news, "update"),
      ),

    delete: (_id: string, props: Fields) =>
      guarded(props, () => remove(runtime(), stateOf(props)), timeoutOf(props, "delete")),
  };
}
