import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { stopChildren } from "./children.ts";
import { grpc } from "./grpc.ts";
import { languageService } from "./service.ts";
import { watchEngine } from "./watchEngine.ts";

/**
 * A stand-in for `pulumi-language-nodejs`, for machines with an engine built from source: runs Node.js programs and policy packs.
 * The engine starts it with its own address as the last argument and reads the port from the first line of stdout.
 */
function main(engineAddress: string | undefined): void {
  if (engineAddress === undefined) {
    process.stderr.write(
      "This is a language host: the Pulumi engine starts it, with its address as the last argument.\n",
    );
    process.exit(2);
  }
  // A killed engine leaves broken pipes; the exit below must still be reached.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  const stop = () => {
    stopChildren("SIGTERM");
    process.exit(0);
  };
  // The engine ends its plugins with SIGINT and waits 5 s for each that ignores it. Ctrl-C comes only to the engine:
  // plugins have process groups of their own.
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(LanguageRuntimeService, languageService(engineAddress));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
    watchEngine(engineAddress, stop);
  });
}

main(process.argv.at(-1) === __filename ? undefined : process.argv.at(-1));
