import { createServer } from "node:http";
import { type CommandOptions, startCommand } from "../engine/command.ts";
import { onLoopback } from "../network/loopback.ts";

/** A port of 127.0.0.1 that nobody has right now. */
export async function freePort(): Promise<number> {
  const { port, close } = await onLoopback(createServer());
  await close();
  return port;
}

/** Starts a server and waits until it prints `ready`. It ends with this process at the latest. */
export async function startServer(
  [executable, ...args]: readonly [string, ...string[]],
  options: Omit<CommandOptions, "timeoutMs"> & { readonly ready: string },
): Promise<{ stop(): Promise<void> }> {
  const server = startCommand(executable, args, { ...options, timeoutMs: 3_600_000 });
  const kill = () => server.kill();
  process.once("exit", kill);
  await server.until(options.ready);
  return {
    stop: async () => {
      process.removeListener("exit", kill);
      server.kill("SIGINT");
      await server.done;
    },
  };
}
