import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { messageOf } from "../errors.ts";
import { track } from "./children.ts";
import type { Streaming } from "./grpc.ts";
import { runtimeOptions } from "./options.ts";
import { fromProgram } from "./sdk.ts";

/** Runs a policy pack, or another plugin written in JavaScript, and streams what it prints. */
export const runPlugin: Streaming<RunPluginRequest, RunPluginResponse> = (call) => {
  try {
    const child = start(call.request);
    call.on("cancelled", () => child.kill());
    child.stdout.on("data", (bytes: Buffer) => call.write(new RunPluginResponse().setStdout(bytes)));
    child.stderr.on("data", (bytes: Buffer) => call.write(new RunPluginResponse().setStderr(bytes)));
    child.on("error", (error) => fail(call, error));
    child.on("close", (code) => {
      call.write(new RunPluginResponse().setExitcode(code ?? 1));
      call.end();
    });
  } catch (error) {
    fail(call, error);
  }
};

function fail(call: Parameters<typeof runPlugin>[0], error: unknown): void {
  call.write(new RunPluginResponse().setStderr(Buffer.from(`${messageOf(error)}\n`)));
  call.write(new RunPluginResponse().setExitcode(1));
  call.end();
}

function start(request: RunPluginRequest): ChildProcessByStdio<null, Readable, Readable> {
  const folder = request.getInfo()?.getProgramDirectory() || request.getProgram();
  const isPolicyPack = request.getKind() === "analyzer";
  const script = fromProgram(folder, `@pulumi/pulumi/cmd/${isPolicyPack ? "run-policy-pack" : "run-plugin"}`);
  const options = runtimeOptions(request.getInfo());
  const child = spawn(process.execPath, [...options.nodeArgs, script, ...request.getArgsList(), folder], {
    cwd: isPolicyPack ? folder : request.getPwd() || folder,
    env: { ...process.env, ...Object.fromEntries(request.getEnvList().map(assignment)), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  track(child);
  return child;
}

function assignment(text: string): [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
