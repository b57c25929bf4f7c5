import { createRequire } from "node:module";
import { join } from "node:path";
import type { Policy } from "../../../policy/args.ts";
import { COMPLIANT, EXAMPLE_NOW } from "../../../policy/docs/example.ts";
import { API_KEY_TYPE } from "../../../policy/key/disguise.ts";
import type { Host } from "../../../policy/sdk/host.ts";
import { isStateFile } from "../../../policy/sdk/stateFile.ts";
import type { KeyApi } from "../../../provider/api/types.ts";
import { packageRoot } from "../../../tools/root.ts";

/** The functions that serve a policy pack's RPCs, driven with real protobuf messages: the code that runs under the CLI. */
const require = createRequire(join(packageRoot, "package.json"));
const server: Server = require("@pulumi/policy/server");
const analyzer = require("@pulumi/pulumi/proto/analyzer_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");

// The SDK declares none of these types; a border.
type Rpc = (
  call: { request: unknown },
  callback: (error: Error | null | undefined, response: Response) => void,
) => void;
interface Server {
  makeAnalyzeRpcFun(pack: string, version: string, level: string, policies: readonly Policy[]): Rpc;
  makeAnalyzeStackRpcFun(pack: string, version: string, level: string, policies: readonly Policy[]): Rpc;
  makeRemediateRpcFun(pack: string, version: string, level: string, policies: readonly Policy[]): Rpc;
}
export interface Response {
  toObject(): { diagnosticsList: RawDiagnostic[]; notApplicableList?: { policyName: string }[] };
  getRemediationsList(): { getPolicyname(): string; getProperties(): { toJavaScript(): Record<string, unknown> } }[];
}
interface RawDiagnostic {
  policyname: string;
  message: string;
  enforcementlevel: number;
  urn: string;
  severity: number;
}

export interface Diagnostic {
  policy: string;
  level: "advisory" | "mandatory";
  message: string;
  urn: string;
}

export interface Given {
  inputs?: Readonly<Record<string, unknown>>;
  stack?: string;
  name?: string;
  type?: string;
  options?: { protect?: boolean; ignoreChanges?: string[]; additionalSecretOutputs?: string[] };
}

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** A value the engine marks as secret. */
export function secret(value: unknown) {
  return { ...SECRET, value };
}

export function testHost(more: Partial<Host> & { api?: Partial<KeyApi> } = {}): Host {
  return {
    now: () => Date.parse(EXAMPLE_NOW),
    env: {},
    isStateFile,
    openApi: async () => ({ ...NO_API, ...more.api }),
    ...more,
  };
}

const refuse = () => Promise.reject(new Error("this test has no API"));
const NO_API: KeyApi = {
  create: refuse,
  list: refuse,
  known: () => undefined,
  revoke: refuse,
  update: refuse,
  usage: refuse,
};

export function urnOf({ stack = "acme-prod", name = "backend", type = API_KEY_TYPE }: Given): string {
  return `urn:pulumi:${stack}::app::${type}::${name}`;
}

export async function analyze(policies: readonly Policy[], given: Given = {}): Promise<Diagnostic[]> {
  const rpc = server.makeAnalyzeRpcFun("pack", "0.0.0", "mandatory", policies);
  return diagnostics(await call(rpc, fill(new analyzer.AnalyzeRequest(), given)));
}

export async function analyzeStack(policies: readonly Policy[], givens: readonly Given[]): Promise<Diagnostic[]> {
  const rpc = server.makeAnalyzeStackRpcFun("pack", "0.0.0", "mandatory", policies);
  const request = new analyzer.AnalyzeStackRequest();
  request.setResourcesList(givens.map((given) => fill(new analyzer.AnalyzerResource(), given)));
  return diagnostics(await call(rpc, request));
}

export const RESOURCE_OPTIONS = ["apiKey", "webhooks", "adopt"];

export function fill(message: ReturnType<typeof require>, given: Given) {
  const options = new analyzer.AnalyzerResourceOptions();
  options.setProtect(given.options?.protect ?? false);
  options.setIgnorechangesList(given.options?.ignoreChanges ?? []);
  options.setAdditionalsecretoutputsList(given.options?.additionalSecretOutputs ?? RESOURCE_OPTIONS);
  message.setType(given.type ?? API_KEY_TYPE);
  message.setUrn(urnOf(given));
  message.setName(given.name ?? "backend");
  message.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(given.inputs ?? COMPLIANT))));
  message.setOptions(options);
  return message;
}

function call(rpc: Rpc, request: unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    rpc({ request }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

export function diagnostics(response: Response): Diagnostic[] {
  const levels = ["advisory", "mandatory"] as const;
  return response.toObject().diagnosticsList.map((raw) => ({
    policy: raw.policyname,
    level: levels[raw.enforcementlevel] ?? "mandatory",
    message: raw.message,
    urn: raw.urn,
  }));
}
