import { type ChildProcess, spawn } from "node:child_process";
import { type RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { messageOf } from "../errors.ts";
import { track } from "./children.ts";
import type { Unary } from "./grpc.ts";
import { runtimeOptions } from "./options.ts";
import { fromProgram } from "./sdk.ts";

/** The SDK's exit code for "failed, and the user has been told": the engine then adds nothing. */
const alreadyTold = 32;

/** Runs the user's program against the engine's resource monitor and waits for its end. */
export function runProgram(engineAddress: string): Unary<RunRequest, RunResponse> {
  return (call, answer) => {
    try {
      const child = start(call.request, engineAddress);
      call.on("cancelled", () => child.kill());
      child.on("error", (error) => answer(error));
      child.on("close", (code, signal) => answer(null, outcome(code, signal)));
    } catch (error) {
      answer(null, new RunResponse().setError(messageOf(error)));
    }
  };
}

function start(request: RunRequest, engineAddress: string): ChildProcess {
  const folder = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const options = runtimeOptions(request.getInfo());
  const script = fromProgram(folder, "@pulumi/pulumi/cmd/run");
  const child = spawn(process.execPath, [...options.nodeArgs, script, ...programArguments(request, engineAddress)], {
    cwd: folder,
    env: { ...process.env, ...options.env, ...configuration(request) },
    // The engine reads the host's own stdout and stderr; the program's lines go there unchanged.
    stdio: ["ignore", "inherit", "inherit"],
  });
  track(child);
  return child;
}

function programArguments(request: RunRequest, engineAddress: string): string[] {
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const set = Object.entries(flags).filter(([, value]) => value !== "");
  return [
    ...set.flatMap(([name, value]) => [`--${name}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

function configuration(request: RunRequest): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}

function outcome(code: number | null, signal: NodeJS.Signals | null): RunResponse {
  const response = new RunResponse();
  if (code === 0) return response;
  if (code === alreadyTold) return response.setBail(true);
  const how = signal === null ? `exited with non-zero exit code: ${code}` : `was ended by ${signal}`;
  return response.setError(`Program ${how}`);
}
