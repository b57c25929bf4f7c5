/*
 * A user's programs. Each also says what must *not* compile: without that, a declaration that isn't found, or is `any`,
 * would pass.
 */

/** The same programs without this package: what they report is Pulumi's own. */
export const BASELINE = `import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import type { Output } from "@pulumi/pulumi/output";
import { CustomResource } from "@pulumi/pulumi/resource";

export const stack: string = pulumi.getStack();
export type All = [PolicyPack, ResourceProvider, Output<string>, CustomResource];
`;

const PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import {
  type AccountKey,
  ApiKey,
  type ApiKeyArgs,
  type ErrorCode,
  getApiKeys,
  getUsage,
  type Permission,
  type UsageReport,
  ZkscoreError,
} from "pulumi-zkscore";

const args: ApiKeyArgs = {
  permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }],
  expiresIn: "90d",
  rotation: { every: "30d", window: "3d", overlap: pulumi.output("24h") },
};
const key = new ApiKey("backend", args, { protect: false });
export const secret: pulumi.Output<string> = key.apiKey;
export const granted: pulumi.Output<Permission[]> = key.permissions;

export async function busiest(): Promise<string | undefined> {
  try {
    const keys: AccountKey[] = await getApiKeys();
    const report: UsageReport = await getUsage({ keyId: keys[0].id, from: "2026-01-01T00:00:00Z" });
    const requests: number = report.usage.totalRequests;
    return requests > 0 ? keys[0].name : undefined;
  } catch (error) {
    const code: ErrorCode | undefined = ZkscoreError.is(error) ? error.code : undefined;
    return code;
  }
}

// @ts-expect-error a key needs permissions
new ApiKey("none", {});
// @ts-expect-error no such resource
new ApiKey("wrong", { permissions: [{ resource: "everything", actions: ["read"] }] });
// @ts-expect-error an output of text
export const wrong: pulumi.Output<number> = key.keyId;
// @ts-expect-error a number
getUsage().then((report) => report.usage.totalRequests.trim());
`;

const POLICY = `import { PolicyPack } from "@pulumi/policy";
import { ZkscoreGuard, type ZkscoreGuardArgs, zkscorePolicies } from "pulumi-zkscore/policy";

const args: ZkscoreGuardArgs = { all: "mandatory", expiryHorizon: { maxDays: 30 }, unusedKey: "disabled" };
export const guard: PolicyPack = new ZkscoreGuard(args);
export const own = new PolicyPack("acme", { policies: [...zkscorePolicies({ rateLimit: { plan: "free" } })] });

// @ts-expect-error a number
zkscorePolicies({ expiryHorizon: { maxDays: "30" } });
// @ts-expect-error no such policy
zkscorePolicies({ everything: "mandatory" });
`;

const PROVIDER = `import * as pulumi from "@pulumi/pulumi";
import { apiKey, stackIdentity } from "pulumi-zkscore/provider";

export const handlers: pulumi.dynamic.ResourceProvider[] = [apiKey(), stackIdentity()];
// @ts-expect-error not a text
export const wrong: string = apiKey();
`;

/** One program for each entry of the package, by file name. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  "index.ts": PROGRAM,
  "policy.ts": POLICY,
  "provider.ts": PROVIDER,
};

const SHOW = "console.log([ApiKey, getApiKeys, ZkscoreGuard].map((one) => typeof one).join());\n";
const IMPORT = `import { ApiKey, getApiKeys } from "pulumi-zkscore";
import { ZkscoreGuard } from "pulumi-zkscore/policy";
`;

/** Programs to run, by file name: compiled TypeScript, JavaScript of either module system. */
export const RUN: Readonly<Record<string, string>> = {
  "compiled.ts": IMPORT + SHOW,
  "required.cjs": `const { ApiKey, getApiKeys } = require("pulumi-zkscore");
const { ZkscoreGuard } = require("pulumi-zkscore/policy");
${SHOW}`,
  "imported.mjs": IMPORT + SHOW,
};
export const RUN_PRINTS = "function,function,function";
