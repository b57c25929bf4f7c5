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
import type { Host } from "./apiKey.ts";
import { guarded } from "./guard.ts";

type Fields = Record<string, unknown>;

// Borders: the constructor wrote the inputs, and this provider the state.
const namesOf = ({ project, stack }: Fields) => ({ project, stack }) as StackName;
const stateOf = ({ __provider, ...state }: Fields) => state as unknown as IdentityState;

/** The handlers of the stack identity. */
export function identityHandlers({ context: contextOf }: Pick<Host, "context">) {
  return {
    check: (_olds: Fields, news: Fields) =>
      guarded(news, contextOf, (context) => {
        checkIdentity(context, namesOf(news));
        return { inputs: news };
      }),

    diff: (_id: string, olds: Fields, news: Fields) =>
      guarded(olds, contextOf, (context) => diffIdentity(context, stateOf(olds), namesOf(news))),

    create: (news: Fields) =>
      guarded({}, contextOf, (context) => {
        const outs = createIdentity(context, namesOf(news));
        return { id: outs.identity, outs };
      }),

    read: (id: string, props: Fields) =>
      guarded(props, contextOf, (context) => ({ id, props: readIdentity(context, stateOf(props)) })),

    update: (_id: string, olds: Fields, news: Fields) =>
      guarded(olds, contextOf, (context) => ({ outs: updateIdentity(context, stateOf(olds), namesOf(news)) })),

    delete: (_id: string, props: Fields) =>
      guarded(props, contextOf, (context) => removeIdentity(context, stateOf(props))),
  };
}
