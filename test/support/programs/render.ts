import type { Canary } from "./canaries.ts";
import { type Dependent, type KeyDecl, type Program, type Transform, transformsOf, type Value } from "./program.ts";

/**
 * A do-nothing resource. With a secret it is an application: it keeps the id of the key it was deployed with, and where
 * it is told a URL it uses the secret there.
 */
const NOTHING = `exports.handler = () => {
  const deploy = async (inputs) => {
    if (process.env.APP_USES && inputs.secret) await fetch(process.env.APP_USES, { headers: { Authorization: "Bearer " + inputs.secret } });
    return inputs;
  };
  return {
    create: async (inputs) => ({ id: "nothing", outs: await deploy(inputs) }),
    update: async (id, olds, news) => ({ outs: await deploy(news) }),
  };
};`;

const HEAD = `const { ApiKey } = require("pulumi-zkscore");
const { ComponentResource, CustomResource, ErrorHook } = require("@pulumi/pulumi/resource");
const { secret } = require("@pulumi/pulumi/output");
class Nothing extends CustomResource {
  constructor(name, props, opts) { super("pulumi-nodejs:dynamic:Resource", name, { __provider: ${JSON.stringify(NOTHING)}, ...props }, opts); }
}
class Group extends ComponentResource {
  constructor(type, name, opts) { super("test:index:" + type, name, {}, opts); }
}
let retries = 0;
const isKey = ({ type }) => type.endsWith("zkscore:ApiKey");
`;

/** The program as CommonJS text. */
export function render(program: Program, canary: Canary): string {
  const groups = program.keys.some(({ place }) => place !== "root")
    ? [`const team = new Group("Team", "team", ${inherits(program, canary)});`]
    : [];
  const units = program.keys.some(({ place }) => place === "unit")
    ? [`const unit = new Group("Unit", "unit", { parent: team });`]
    : [];
  return [
    HEAD,
    ...(program.inherited === "deletedWith" ? [`const host = new Nothing("host", {});`] : []),
    ...stackTransform(program.transform, canary),
    ...groups,
    ...units,
    ...program.keys.map((key) => declaration(program, key, canary)),
    "",
  ].join("\n");
}

function inherits({ inherited }: Program, canary: Canary): string {
  if (inherited === undefined) return "{}";
  if (inherited === "retainOnDelete") return "{ retainOnDelete: true }";
  if (inherited === "deletedWith") return "{ deletedWith: host }";
  return `{ ${inherited.via}: [${transformText(inherited, canary)}] }`;
}

function stackTransform(transform: Transform | undefined, canary: Canary): string[] {
  if (transform === undefined) return [];
  const register = transform.via === "transforms" ? "registerResourceTransform" : "registerStackTransformation";
  // The whole SDK takes half a second to load: only where it is needed.
  return [`require("@pulumi/pulumi/runtime").${register}(${transformText(transform, canary)});`];
}

function transformText({ sets }: Transform, canary: Canary): string {
  const result = {
    description: `{ props: { ...args.props, description: ${JSON.stringify(TRANSFORMED)} }, opts: args.opts }`,
    name: `{ props: { ...args.props, name: "fixed-" + args.name }, opts: args.opts }`,
    webhooks: `{ props: { ...args.props, webhooks: ${webhooks(canary("webhook secret of a transform"))} }, opts: args.opts }`,
    retainOnDelete: "{ props: args.props, opts: { ...args.opts, retainOnDelete: true } }",
    ignoreChanges: `{ props: args.props, opts: { ...args.opts, ignoreChanges: ["description"] } }`,
    nothing: "{ props: args.props, opts: args.opts }",
  }[sets];
  return `(args) => isKey(args) ? (${result}) : undefined`;
}

/** The description that a transform sets. */
export const TRANSFORMED = "set by a transform";

function webhooks(secret: string): string {
  const url = "https://hooks.example.com/zkscore";
  return JSON.stringify([{ url, events: ["score.updated"], secret }]);
}

function declaration(program: Program, key: KeyDecl, canary: Canary): string {
  const { name } = key;
  const source =
    key.description?.kind === "unknown"
      ? [
          `const ${name}Source = new Nothing("${name}-source-${slug(key.description.text)}", { text: ${JSON.stringify(key.description.text)} });`,
        ]
      : [];
  // Written by hand, not as JSON: a description may be another resource's output.
  const args = [
    `permissions: ${JSON.stringify(permissions(key))}`,
    ...(key.description === undefined ? [] : [`description: ${valueText(program, key, key.description, canary)}`]),
    ...(key.fixedName ? [`name: "fixed-${name}"`] : []),
    ...(key.expiresIn === undefined ? [] : [`expiresIn: "${key.expiresIn}"`]),
    ...(key.webhook ? [`webhooks: ${webhooks(canary(`webhook secret of ${name}`))}`] : []),
    ...(key.policy === undefined ? [] : [`deletionPolicy: "${key.policy}"`]),
    `rotation: ${rotation(key)}`,
  ];
  return [
    ...source,
    `const ${name} = new ApiKey("${name}", { ${args.join(", ")} }, { ${options(program, key).join(", ")} });`,
    ...key.dependents.map((dependent) => dependentText(key, dependent)),
  ].join("\n");
}

/** What the program asks for, in the order it is written. */
function permissions({ actions, trust, addresses }: KeyDecl): unknown[] {
  const restrictions = addresses === undefined ? {} : { restrictions: { ipWhitelist: addresses } };
  return [
    ...(trust ? [{ resource: "trust", actions: ["read"] }] : []),
    { resource: "scores", actions, ...restrictions },
  ];
}

function valueText({ keys }: Program, { name }: KeyDecl, value: Value, canary: Canary): string {
  if (value.kind === "keyId")
    return keys.some((key) => key.name === value.of) ? `${value.of}.keyId` : `"no ${value.of}"`;
  if (value.kind === "unknown") return `${name}Source.text`;
  return value.kind === "secret" ? `secret(${JSON.stringify(canary(value.text))})` : JSON.stringify(value.text);
}

function rotation({ every, overlap, trigger, incident }: KeyDecl): string {
  return JSON.stringify({ every, overlap, trigger, ...(incident === 0 ? {} : { compromised: incident }) });
}

function options(program: Program, { name, place, options: given }: KeyDecl): string[] {
  const other = (key: string | undefined) => program.keys.some((one) => one.name === key);
  return [
    ...(place === "root" ? [] : [`parent: ${place}`]),
    ...(given.ignoreChanges === undefined ? [] : [`ignoreChanges: ${JSON.stringify(given.ignoreChanges)}`]),
    ...(given.replacementTrigger === undefined ? [] : [`replacementTrigger: "r${given.replacementTrigger}"`]),
    ...(other(given.replaceWith) ? [`replaceWith: [${given.replaceWith}]`] : []),
    ...(other(given.dependsOn) ? [`dependsOn: [${given.dependsOn}]`] : []),
    ...(given.deleteBeforeReplace ? ["deleteBeforeReplace: true"] : []),
    ...(given.replaceOnChanges === undefined ? [] : [`replaceOnChanges: ${JSON.stringify(given.replaceOnChanges)}`]),
    ...(given.customTimeouts ? [`customTimeouts: { create: "2m", update: "2m", delete: "2m" }`] : []),
    ...(given.hideDiffs ? [`hideDiffs: ["description"]`] : []),
    ...(given.additionalSecretOutputs ? [`additionalSecretOutputs: ["keyId"]`] : []),
    ...(given.aliases ? [`aliases: [{ name: "${name}-of-old" }]`] : []),
    ...(given.retainOnDelete === undefined ? [] : [`retainOnDelete: ${given.retainOnDelete}`]),
    ...(given.retries ? [`hooks: { onError: [new ErrorHook("retry-${name}", async () => (retries += 1) <= 2)] }`] : []),
  ];
}

function dependentText({ name, place }: KeyDecl, dependent: Dependent): string {
  const inside = place === "root" ? "" : `parent: ${place}`;
  const taken = `{ keyId: ${name}.keyId, secret: ${name}.apiKey }`;
  if (dependent === "sibling") return `new Nothing("${name}-sibling", ${taken}, { ${inside} });`;
  if (dependent === "outside") return `new Nothing("${name}-outside", ${taken});`;
  return `new Nothing("${name}-waits", {}, { dependsOn: [${name}]${inside === "" ? "" : `, ${inside}`} });`;
}

function slug(text: string): string {
  return text.replace(/\W+/g, "-");
}

/** What the account must show of a key's description; undefined: none. */
export function describedAs(
  program: Program,
  key: KeyDecl,
  canary: Canary,
  idOf: (name: string) => string | undefined,
): string | undefined {
  const value = key.description;
  if (transformsOf(program, key).some(({ sets }) => sets === "description")) return TRANSFORMED;
  if (value?.kind === "keyId")
    return program.keys.some(({ name }) => name === value.of) ? idOf(value.of) : `no ${value.of}`;
  return value?.kind === "secret" ? canary(value.text) : value?.text;
}
