import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../../tools/root.ts";
import { type Diagnostic, diagnostics, fill, type Given, type Response } from "./rpc.ts";

const require = createRequire(join(packageRoot, "package.json"));
const grpc = require("@grpc/grpc-js");
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const messages = require("@pulumi/pulumi/proto/analyzer_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");

/** The pack as its own process, from `dist`, spoken to as the engine does: configuration, stack tags, then resources. */
export interface PackProcess {
  info(): Promise<{ name: string; policiesList: { name: string; severity: number; configschema?: unknown }[] }>;
  configure(config: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<void>;
  tags(tags: Readonly<Record<string, string>>): Promise<void>;
  analyze(given: Given): Promise<Diagnostic[]>;
  analyzeStack(givens: readonly Given[]): Promise<Diagnostic[]>;
  remediate(given: Given): Promise<{ policy: string; properties: Record<string, unknown> }[]>;
  stop(): Promise<void>;
}

const LEVELS: Readonly<Record<string, number>> = { advisory: 0, mandatory: 1, disabled: 2, remediate: 3 };

export async function startPack(env: NodeJS.ProcessEnv = {}): Promise<PackProcess> {
  const child = spawn(process.execPath, [join(packageRoot, "dist", "policy", "index.js")], {
    cwd: join(packageRoot, "policy"), // where the engine runs a pack: its package.json gives the version
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await firstLine(child);
  const client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const call = (method: string, request: unknown): Promise<Response> =>
    new Promise((resolve, reject) => {
      client[method](request, (error: Error | null, response: Response) => (error ? reject(error) : resolve(response)));
    });
  return {
    info: async () => (await call("getAnalyzerInfo", new Empty())).toObject() as never, // the SDK's own shape, untyped
    async configure(config) {
      const request = new messages.ConfigureAnalyzerRequest();
      for (const [policy, { enforcementLevel = "mandatory", ...properties }] of Object.entries(config)) {
        const entry = new messages.PolicyConfig();
        entry.setEnforcementlevel(LEVELS[String(enforcementLevel)]);
        entry.setProperties(Struct.fromJavaScript(properties));
        request.getPolicyconfigMap().set(policy, entry);
      }
      await call("configure", request);
    },
    async tags(tags) {
      const request = new messages.AnalyzerStackConfigureRequest();
      for (const [name, value] of Object.entries(tags)) request.getTagsMap().set(name, value);
      await call("configureStack", request);
    },
    analyze: async (given) => diagnostics(await call("analyze", fill(new messages.AnalyzeRequest(), given))),
    async analyzeStack(givens) {
      const request = new messages.AnalyzeStackRequest();
      request.setResourcesList(givens.map((given) => fill(new messages.AnalyzerResource(), given)));
      return diagnostics(await call("analyzeStack", request));
    },
    async remediate(given) {
      const response = await call("remediate", fill(new messages.AnalyzeRequest(), given));
      return response
        .getRemediationsList()
        .map((entry) => ({ policy: entry.getPolicyname(), properties: entry.getProperties().toJavaScript() }));
    },
    async stop() {
      client.close();
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the pack has no output");
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the pack ended without telling its port");
}
