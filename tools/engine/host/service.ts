import {
  GetRequiredPackagesResponse,
  InstallDependenciesResponse,
  LanguageHandshakeResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { about, programDependencies, sdkVersion } from "./about.ts";
import { stopChildren } from "./children.ts";
import { empty, type Streaming, type Unary, unary } from "./grpc.ts";
import { runProgram } from "./run.ts";
import { runPlugin } from "./runPlugin.ts";

const installHint = "This language host installs nothing: run `npm ci` in the program's folder.\n";

const install: Streaming<unknown, InstallDependenciesResponse> = (call) => {
  call.write(new InstallDependenciesResponse().setStdout(Buffer.from(installHint)));
  call.end();
};

const cancel: Unary<unknown, object> = (_call, answer) => {
  stopChildren("SIGTERM");
  answer(null, empty());
};

/** What the engine asks of a language host, as far as this one goes; gRPC answers "unimplemented" to the rest. */
export function languageService(engineAddress: string) {
  return {
    handshake: unary(() => new LanguageHandshakeResponse()),
    getPluginInfo: unary(() => new PluginInfo().setVersion(sdkVersion(__dirname) ?? "")),
    // No resource plugin is needed: dynamic providers come with the SDK.
    getRequiredPackages: unary(() => new GetRequiredPackagesResponse()),
    getProgramDependencies: unary(programDependencies),
    about: unary(about),
    installDependencies: install,
    run: runProgram(engineAddress),
    runPlugin,
    cancel,
  };
}
