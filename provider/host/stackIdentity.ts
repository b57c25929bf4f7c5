import {
  checkIdentity,
  createIdentity,
  diffIdentity,
  type IdentityState,
  readIdentity,
  removeIdentity,
  updateIdentity,
} from "../handlers/identity.ts";
import type { StackName } from "../stack/view.ts";
import { guarded } from "./guard.ts";
import { configure, type HostConfig, runtime } from "./runtime.ts";

type Fields = Record<string, unknown>;

// Borders: the constructor wrote the inputs, and this provider the state.
const namesOf = ({ project, stack }: Fields) => ({ project, stack }) as StackName;
const stateOf = ({ __provider, ...state }: Fields) => state as unknown as IdentityState;

/** The handlers of the stack identity. */
export function stackIdentity() {
  return {
    configure: async ({ config }: { config: HostConfig }) => configure(config),

    check: (_olds: Fields, news: Fields) =>
      guarded(news, () => {
        checkIdentity(runtime(), namesOf(news));
        return { inputs: news };
      }),

    diff: (_id: string, olds: Fields, news: Fields) =>
      guarded(olds, () => diffIdentity(runtime(), stateOf(olds), namesOf(news))),

    create: (news: Fields) =>
      guarded({}, () => {
        const outs = createIdentity(runtime(), namesOf(news));
        return { id: outs.identity, outs };
      }),

    read: (id: string, props: Fields) => guarded(props, () => ({ id, props: readIdentity(runtime(), stateOf(props)) })),

    update: (_id: string, olds: Fields, news: Fields) =>
      guarded(olds, () => ({ outs: updateIdentity(runtime(), stateOf(olds), namesOf(news)) })),

    delete: (_id: string, props: Fields) => guarded(props, () => removeIdentity(runtime(), stateOf(props))),
  };
}
