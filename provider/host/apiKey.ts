import type { KeyState } from "../domain/inputs.ts";
import type { KeyOptions, Operation } from "../domain/options.ts";
import { check } from "../handlers/check.ts";
import { create } from "../handlers/create.ts";
import { remove } from "../handlers/delete.ts";
import { diff } from "../handlers/diff.ts";
import { read } from "../handlers/read.ts";
import { update } from "../handlers/update.ts";
import { type HandlerContext, InitFailure } from "../stack/context.ts";
import { guarded } from "./guard.ts";
import { markSecrets } from "./secrets.ts";
import { inputsIn, stateIn, stateOut } from "./stateCodec.ts";

type Fields = Record<string, unknown>;

/** What `customTimeouts` allows, in ms: `read` and `delete` find it in the outputs. */
function timeoutOf(props: Fields, operation: Operation): number | undefined {
  // A border: `check` let it pass.
  const seconds = (props["options"] as KeyOptions | undefined)?.timeouts?.[operation];
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** What a handler runs in, and what becomes of a key that was made for an engine that is gone. */
export interface Host {
  context(): HandlerContext;
  /** Revokes the key and throws, if the engine is gone. */
  revokeIfEngineGone(context: HandlerContext, state: KeyState): Promise<void>;
}

/** The handlers of `ApiKey`, in the shape of `pulumi.dynamic.ResourceProvider`. */
export function keyHandlers({ context: contextOf, revokeIfEngineGone }: Host) {
  return {
    check: (olds: Fields, news: Fields) =>
      guarded(news, contextOf, (context) => {
        const { __provider, ...before } = olds;
        const { inputs, failures } = check(context, before, news);
        // No property: for a top-level one the engine prints its value, secret or not. The reason names the field.
        return { inputs: markSecrets({ ...inputs }), failures: failures.map((reason) => ({ property: "", reason })) };
      }),

    diff: (_id: string, olds: Fields, news: Fields) =>
      guarded(news, contextOf, (context) => diff(context, stateIn(olds), inputsIn(news))),

    create: (inputs: Fields) =>
      guarded(
        inputs,
        contextOf,
        async (context) => {
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
        contextOf,
        async (context) => {
          const { state, inputs } = await read(context, stateIn(props));
          const asInputs = inputs === undefined ? {} : { inputs: markSecrets({ ...inputs }) };
          return { id, props: markSecrets(stateOut(state)), ...asInputs };
        },
        timeoutOf(props, "read"),
      ),

    update: (_id: string, olds: Fields, news: Fields) =>
      guarded(
        news,
        contextOf,
        async (context) => ({ outs: markSecrets(stateOut(await update(context, stateIn(olds), inputsIn(news)))) }),
        timeoutOf(news, "update"),
      ),

    delete: (_id: string, props: Fields) =>
      guarded(props, contextOf, (context) => remove(context, stateIn(props)), timeoutOf(props, "delete")),
  };
}
