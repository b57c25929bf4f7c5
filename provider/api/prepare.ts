import { ZkscoreError } from "../domain/errors.ts";
import { ifCorrectedAlready, named, type Origins } from "../domain/origins.ts";
import type { CreateRequest, UpdateRequest } from "../domain/wire.ts";
import type { Base } from "./baseUrl.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import type { Call } from "./errors.ts";
import { endpointOf, keyPath, type Operation } from "./operation.ts";
import type { CallPolicy } from "./retry.ts";
import type { Outgoing, Transport } from "./transport.ts";

/** What every request of one client shares. */
export interface ApiContext {
  base: Base;
  policy: CallPolicy;
  transport: Transport;
  token: string | undefined;
  origins: Origins | undefined;
}

interface Extras {
  body?: CreateRequest | UpdateRequest;
  /** Secrets in the body, to keep their echo out of errors. */
  secrets?: readonly string[];
  /** Authenticates with this key instead of the management token. */
  secret?: string;
}

/** A request with everything but its answer's schema. Starts the deadline; throws if there is no usable token. */
export function prepare(context: ApiContext, op: Operation, path: string, extras: Extras = {}): Prepared {
  const { policy, transport, base } = context;
  const token = extras.secret === undefined ? managementToken(context, op) : checkedSecret(extras.secret, op);
  const secrets = [token, ...(context.token === undefined ? [] : [context.token]), ...(extras.secrets ?? [])];
  const call: Call = {
    op,
    origin: base.origin,
    secrets,
    ownKey: extras.secret !== undefined,
    origins: context.origins,
    now: () => policy.clock.now(),
  };
  const body = extras.body === undefined ? {} : { body: JSON.stringify(extras.body) };
  const deadline = startDeadline(policy.clock, policy.deadlineMs);
  return { policy, transport, call, deadline, outgoing: { path, token, ...body } };
}

export interface Prepared {
  policy: CallPolicy;
  transport: Transport;
  call: Call;
  deadline: Deadline;
  outgoing: Omit<Outgoing, "timeoutMs" | "method">;
}

/** The path of one key; an id that can't be one is refused before any request. */
export function pathOf(op: Operation, keyId: string): string {
  const path = keyPath(keyId);
  if (path !== undefined) return path;
  throw new ZkscoreError({
    code: "ZKS_INPUT",
    what: `${op.doing} is not possible (${endpointOf(op)})`,
    why: "the key id is empty, a dot, too long or not valid text",
    remedy: "Correct the key id (`adopt.keyId`, or the id in the state)",
    safe: "no request was sent",
    outcome: "not-executed",
  });
}

/** The webhooks' signing secrets in a request body. */
export function webhookSecrets(body: CreateRequest | UpdateRequest): string[] {
  return (body.webhooks ?? []).flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
}

function managementToken({ token, origins }: ApiContext, op: Operation): string {
  const missing = token === undefined || token === "";
  const onlyEnvironment = origins?.token === "environment";
  if (!missing && isHeaderSafe(token)) return token;
  throw new ZkscoreError({
    code: "ZKS_CONFIG",
    what: `${op.doing} needs the management token (${endpointOf(op)})`,
    why: !missing
      ? `the token in ${named("token", origins?.token)} holds a space, a line break or a character that no token has`
      : onlyEnvironment
        ? "ZKSCORE_TOKEN isn't set"
        : "neither ZKSCORE_TOKEN nor zkscore:token is set",
    remedy: onlyEnvironment
      ? 'Set ZKSCORE_TOKEN; where a stack\'s configuration has it: ZKSCORE_TOKEN="$(pulumi config get zkscore:token)"'
      : `Set ZKSCORE_TOKEN, or run \`pulumi config set --secret zkscore:token\`${ifCorrectedAlready("token", origins?.token)}`,
    safe: "no request was sent",
    outcome: "not-executed",
  });
}

function checkedSecret(secret: string, op: Operation): string {
  if (isHeaderSafe(secret)) return secret;
  throw new ZkscoreError({
    code: "ZKS_INPUT",
    what: `${op.doing} with the key's own secret is not possible (${endpointOf(op)})`,
    why: "the secret is empty or holds a space, a line break or a character that no key has",
    remedy: "Correct `adopt.apiKey`",
    safe: "no request was sent",
    outcome: "not-executed",
  });
}

/** Printable ASCII without spaces: anything else can't be an `Authorization` header, or would end it early. */
function isHeaderSafe(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}
