import { z } from "zod";
import { ZkscoreError } from "../provider/domain/errors.ts";
import type { Retired } from "../provider/domain/inputs.ts";
import { readInternal } from "../provider/domain/internal.ts";
import { KEY_TYPE } from "../provider/domain/marker.ts";
import { SECRET_FIELDS } from "../provider/domain/secretFields.ts";
import { shown } from "../provider/domain/shown.ts";
import { jsonIn } from "./json.ts";

/** A key that stands in a state. Its secret is never read. */
export interface StateKey {
  keyId: string;
  urn: string;
  /** True when the engine has still to delete it: a replacement that was cut off. */
  pendingDelete: boolean;
  previous: Retired[];
  /** Public outputs, where they aren't encrypted. */
  name?: string;
  permissions?: { resource: string; actions: string[]; restrictions?: object | undefined }[];
  status?: string;
  expiry?: string;
  rotateAt?: string;
  endpoint?: string;
  /** All its outputs, with `[secret]` wherever the state holds a secret, encrypted or not. */
  outputs: Record<string, unknown>;
  /** The options that a state keeps. */
  options: { protect: boolean; additionalSecretOutputs: string[] };
}

/** What a `pulumi stack export` says of keys, without a passphrase. */
export interface ExportedState {
  /** `project/stack`; empty where the state holds no resource. */
  stack: string;
  /** When the state was written, epoch ms. */
  writtenAt: number | undefined;
  keys: StateKey[];
  /** Identities of the stack: the one it has, and those its keys were made under. */
  identities: Set<string>;
  /** Owners with an operation that the engine has begun and not ended. */
  pendingOwners: Set<string>;
  /** Key ids with such an operation. */
  pendingIds: Set<string>;
}

const IDENTITY_TYPE = "pulumi-nodejs:dynamic/zkscore:StackIdentity";

const ownership = z.looseObject({ identity: z.string(), owner: z.string() });
const retired = z.array(z.object({ keyId: z.string(), revokeAfter: z.string() }));
const permissions = z.array(
  z.object({ resource: z.string(), actions: z.array(z.string()), restrictions: z.looseObject({}).optional() }),
);
const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  delete: z.boolean().optional(),
  protect: z.boolean().optional(),
  additionalSecretOutputs: z.array(z.string()).optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});
type Resource = z.infer<typeof resource>;
const exported = z.looseObject({
  deployment: z.looseObject({
    manifest: z.looseObject({ time: z.string().optional() }).optional(),
    resources: z.array(resource).nullish(),
    pending_operations: z.array(z.looseObject({ resource })).nullish(),
  }),
});
/** What a stack that has never been deployed may print. */
const neverDeployed = z.strictObject({ version: z.number(), deployment: z.null().optional() });

/** Reads the JSON of `pulumi stack export`. `source` names it in errors. Throws `ZKS_INPUT`. */
export function parseState(text: string, source: string): ExportedState {
  if (text.trim() === "") throw unreadable(source, "it is empty: did `pulumi stack export` fail?");
  const value = jsonIn(text);
  if (neverDeployed.safeParse(value).success) return emptyState();
  const parsed = exported.safeParse(value);
  if (!parsed.success) throw unreadable(source, whyNotExported(value));
  const { resources, pending_operations: pending, manifest } = parsed.data.deployment;
  const state: ExportedState = {
    ...emptyState(),
    stack: stackOf((resources?.[0] ?? pending?.[0]?.resource)?.urn),
    writtenAt: writtenAt(manifest?.time),
  };
  for (const one of resources ?? []) {
    if (one.type === IDENTITY_TYPE && typeof one.outputs?.["identity"] === "string") {
      state.identities.add(one.outputs["identity"]);
    }
    if (one.type === KEY_TYPE) state.keys.push(keyOf(one, state, source));
  }
  for (const { resource: one } of pending ?? []) {
    if (one.type !== KEY_TYPE) continue;
    const owner = ownership.safeParse(one.inputs?.["ownership"] ?? ownershipOfOutputs(one.outputs));
    if (!owner.success) throw unreadable(source, "a pending operation doesn't say whose key it is about");
    state.pendingOwners.add(owner.data.owner);
    if (one.id !== undefined && one.id !== "") state.pendingIds.add(one.id);
  }
  return state;
}

function emptyState(): ExportedState {
  return {
    stack: "",
    writtenAt: undefined,
    keys: [],
    identities: new Set(),
    pendingOwners: new Set(),
    pendingIds: new Set(),
  };
}

function whyNotExported(value: unknown): string {
  if (value === undefined) return "it isn't JSON, or is cut";
  if (typeof value === "object" && value !== null && "checkpoint" in value) {
    return "it is a file of Pulumi's backend, not the JSON that `pulumi stack export` prints";
  }
  return "it isn't the JSON that `pulumi stack export` prints";
}

function keyOf(one: Resource, state: ExportedState, source: string): StateKey {
  const { urn, id, outputs = {} } = one;
  const owner = ownership.safeParse(ownershipOfOutputs(outputs));
  const previous = retired.safeParse(outputs["previous"]);
  if (id === undefined || id === "" || !owner.success || !previous.success) {
    throw unreadable(source, `its entry ${shown(urn, 200)} lacks an id, \`internal\` or \`previous\` in clear`);
  }
  state.identities.add(owner.data.identity);
  const text = (field: string) => (typeof outputs[field] === "string" ? { [field]: outputs[field] } : {});
  const grants = permissions.safeParse(outputs["permissions"]);
  return {
    keyId: id,
    urn,
    pendingDelete: one.delete === true,
    previous: previous.data,
    ...text("name"),
    ...text("status"),
    ...text("expiry"),
    ...text("rotateAt"),
    ...text("endpoint"),
    ...(grants.success ? { permissions: grants.data } : {}),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([field, value]) => [field, SECRET.has(field) ? HIDDEN : withoutSecrets(value)]),
    ),
    options: { protect: one.protect === true, additionalSecretOutputs: one.additionalSecretOutputs ?? [] },
  };
}

/** 0.1.0 wrote it as an output of its own. */
function ownershipOfOutputs(outputs: Resource["outputs"] = {}): unknown {
  return outputs["ownership"] ?? readInternal(outputs["internal"])?.ownership;
}

const SECRET: ReadonlySet<string> = new Set(SECRET_FIELDS);
/** As `pulumi policy analyze` writes it. */
const HIDDEN = "[secret]";
/** Under this name a state says what an object is, and under this value that it is a secret. */
const [SIGNATURE, SECRET_SIGNATURE] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

/** With `--show-secrets` an export holds them in clear, in the same place. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (Reflect.get(value, SIGNATURE) === SECRET_SIGNATURE) return HIDDEN;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]));
}

/** `urn:pulumi:STACK::PROJECT::…` */
function stackOf(urn: string | undefined): string {
  const [, stack, project] = /^urn:pulumi:(.+?)::(.+?)::/.exec(urn ?? "") ?? [];
  return stack === undefined || project === undefined ? "" : `${project}/${stack}`;
}

/** The engine writes its own zone and nanoseconds; before Pulumi has written a state, year 1. */
function writtenAt(time: string | undefined): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms;
}

function unreadable(source: string, why: string): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what: `the state in ${source} can't be read`,
    why,
    remedy: "give the output of `pulumi stack export`, unchanged",
    safe: "no request was made",
    outcome: "not-executed",
  });
}
