import type { Env } from "../engine/project.ts";
import type { CrashAfter, CrashOperation } from "./matrix.ts";

/**
 * An application that holds the key: it keeps the key's id in the state, fails on demand, and where it is told a URL it
 * uses the secret there, as one does that is deployed with it.
 */
const CONSUMER = `exports.handler = () => {
  const deploy = async (inputs) => {
    if (process.env.CONSUMER_FAILS) throw new Error("the dependent fails");
    if (process.env.CONSUMER_USES) await fetch(process.env.CONSUMER_USES, { headers: { Authorization: "Bearer " + inputs.secret } });
    return inputs;
  };
  return {
    create: async (inputs) => ({ id: "consumer", outs: await deploy(inputs) }),
    update: async (id, olds, news) => ({ outs: await deploy(news) }),
  };
};`;

/** Where the keys stand, and what changes between the crash and what comes after it. */
export interface Setting {
  /** `subject` and its consumer are children of one component. */
  component: boolean;
  /** The stack's configuration changes: refresh and program then run in two provider processes. */
  configured: boolean;
}

/** A program with an untouched key `other` and, where arguments are given, `subject` with its consumer. */
export function crashProgram(subject?: string, { component }: Partial<Setting> = {}): string {
  const parent = component ? ", { parent: this }" : "";
  const declared =
    subject === undefined
      ? ""
      : `const subject = new ApiKey("subject", { ${READ}, ${subject} }${parent});
const { keyId, apiKey: secret, description } = subject;
new Consumer("consumer", { __provider: ${JSON.stringify(CONSUMER)}, keyId, secret, description }${parent});`;
  return `const { ApiKey } = require("pulumi-zkscore");
const { ComponentResource, CustomResource } = require("@pulumi/pulumi/resource");
class Consumer extends CustomResource {
  constructor(name, props, opts) { super("pulumi-nodejs:dynamic:Resource", name, props, opts); }
}
new ApiKey("other", { ${READ} });
${
  component
    ? `class Service extends ComponentResource {
  constructor() { super("test:index:Service", "service"); ${declared} }
}
new Service();`
    : declared
}
`;
}

/** `subject` depends on a key that is deleted before its replacement, and so is deleted first, too. */
export function cascadeProgram(description: string): string {
  return `const { ApiKey } = require("pulumi-zkscore");
new ApiKey("other", { ${READ} });
const named = new ApiKey("named", { ${READ}, name: "named", description: "${description}" });
new ApiKey("subject", { ${READ}, description: named.keyId, rotation: { overlap: "24h" } });
`;
}

const READ = `permissions: [{ resource: "scores", actions: ["read"] }]`;

/** `subject` as it stands before the crash. */
export const BEFORE = `description: "one", rotation: { trigger: 1 }`;
export const CHANGED = `description: "two", rotation: { trigger: 1 }`;
export const ROTATED = `description: "one", rotation: { trigger: 2, overlap: "24h" }`;

export interface Scenario {
  /** The state it starts from: with `subject`, or with `other` alone. */
  start: "base" | "full";
  /** The request that does the operation. */
  target: "create" | "update" | "revoke" | "list";
  command: "up" | "refresh";
  /** `subject`'s arguments at the crash and after it; undefined = not declared. */
  subject: Record<Exclude<CrashAfter, "destroy">, string | undefined>;
  updates: "patch" | "replace";
  env: Env;
}

/** What each operation is made of. `foreign`: a key of the account that someone made by hand. */
export function scenario(operation: CrashOperation, foreign: { keyId: string; apiKey: string }, use: string): Scenario {
  const changed = { same: CHANGED, reverted: BEFORE, removed: undefined };
  const up = { start: "full", command: "up", updates: "replace", env: {} } as const;
  const keyId = JSON.stringify(foreign.keyId);
  const adopt = (fields: string) => `description: "one", deletionPolicy: "revoke", ${fields}`;
  switch (operation) {
    case "create":
      return { ...up, start: "base", target: "create", subject: { ...changed, same: BEFORE } };
    case "update":
      return { ...up, target: "update", subject: changed, updates: "patch" };
    case "replace":
      return { ...up, target: "create", subject: changed };
    case "retire":
      return { ...up, target: "revoke", subject: changed, env: { CONSUMER_USES: use } };
    case "rotate":
      return { ...up, target: "create", subject: { ...changed, same: ROTATED } };
    case "delete":
      return { ...up, target: "revoke", subject: { ...changed, same: undefined } };
    case "refresh":
      return { ...up, command: "refresh", target: "list", subject: { ...changed, same: BEFORE }, updates: "patch" };
    case "adopt": {
      const same = adopt(`adopt: { keyId: ${keyId}, apiKey: ${JSON.stringify(foreign.apiKey)} }`);
      const subject = { same, reverted: adopt(""), removed: undefined };
      return { ...up, start: "base", target: "update", subject, updates: "patch" };
    }
    case "adoptLost": {
      const same = adopt(`adopt: { keyId: ${keyId} }, rotation: { overlap: "24h" }`);
      const subject = { same, reverted: adopt(`rotation: { overlap: "24h" }`), removed: undefined };
      return { ...up, start: "base", target: "create", subject };
    }
  }
}
