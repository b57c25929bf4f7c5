import { randomUUID } from "node:crypto";
import { assertIdentityEndpoint, type IdentityState, readIdentity, removeIdentity } from "../handlers/identity.ts";
import { guarded } from "./guard.ts";
import { configure, type HostConfig, runtime } from "./runtime.ts";

type Fields = Record<string, unknown>;

// A border: this provider wrote the state.
const stateOf = ({ __provider, ...state }: Fields) => state as unknown as IdentityState;

/** The handlers of the stack identity. */
export function stackIdentity() {
  return {
    configure: ({ config }: { config: HostConfig }) => configure(config),

    check: (_olds: Fields, news: Fields) =>
      guarded(news, () => {
        runtime().run.programRuns = true;
        return { inputs: news };
      }),

    diff: (_id: string, olds: Fields) =>
      guarded(olds, () => {
        assertIdentityEndpoint(runtime(), stateOf(olds));
        return { changes: false };
      }),

    create: ({ project, stack }: Fields) =>
      guarded({}, () => {
        const identity = randomUUID();
        return { id: identity, outs: { project, stack, identity, endpoint: runtime().settings.endpoint } };
      }),

    read: (id: string, props: Fields) => guarded(props, () => ({ id, props: readIdentity(runtime(), stateOf(props)) })),

    update: (_id: string, olds: Fields) => guarded(olds, () => ({ outs: stateOf(olds) })),

    delete: (_id: string, props: Fields) => guarded(props, () => removeIdentity(runtime(), stateOf(props))),
  };
}
