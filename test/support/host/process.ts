import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { providerText } from "../../../provider/resources/providerText.ts";
import { packageRoot } from "../../../tools/root.ts";
import { nodeStartup } from "../nodeStartup.ts";
import type { Fields, Handlers, ProviderRun, RunOptions } from "./handlers.ts";
import { callProvider, clear, connectProvider, type ProviderCall } from "./wire.ts";

/** The dynamic-provider process, driven as the engine drives it, without the engine. */
export interface HostProcess extends ProviderRun {
  readonly pid: number;
  /** Resolves with the exit code once the process has ended by itself or was killed. */
  readonly exited: Promise<number | null>;
  /** SIGKILL. */
  kill(): void;
  /** Ends the listener at the engine's address: to the process, the engine is gone. */
  killEngine(): Promise<void>;
}

/**
 * Starts the process with the built package (`dist`), as `up` would. It is given the address of a socket of ours as
 * its engine's.
 */
export async function startHost({ env, project }: RunOptions): Promise<HostProcess> {
  const engine = await listen();
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(ZKSCORE_|PULUMI_|VITEST|NODE_OPTIONS$)/.test(name),
  );
  const child = spawn(process.execPath, [require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), engine.address], {
    cwd: packageRoot,
    env: { ...Object.fromEntries(inherited), ...nodeStartup(), PULUMI_NODEJS_PROJECT: project, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  let written = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    written += chunk;
  });
  const first = await Promise.race([once(createInterface({ input: child.stdout }), "line"), exited]);
  if (!Array.isArray(first)) throw new Error(`the provider process ended at once:\n${written}`);
  const client = connectProvider(Number(first[0]));
  await client.configure();
  return {
    key: handlers(client.call, "apiKey"),
    identity: handlers(client.call, "stackIdentity"),
    log: () => written,
    pid: child.pid ?? -1,
    exited,
    kill: () => void child.kill("SIGKILL"),
    killEngine: engine.close,
    end: async () => {
      client.close();
      child.kill("SIGKILL");
      await exited;
      await engine.close();
    },
  };
}

/** Handlers over the wire; `__provider` goes along as the constructor of the resource puts it there. */
function handlers(call: ProviderCall, kind: "apiKey" | "stackIdentity"): Handlers {
  const __provider = providerText(kind);
  const marked = (fields: Fields): Fields => ({ ...fields, __provider });
  const bare = ({ __provider: _text, ...fields }: Fields): Fields => clear(fields);
  const { check, diff, create, read, update, remove } = callProvider(call);
  return {
    check: async (olds, news) => {
      const { inputs, failures } = await check(Object.keys(olds).length === 0 ? {} : marked(olds), marked(news));
      return { inputs: bare(inputs), failures };
    },
    diff: (id, olds, news) => diff(id, marked(olds), marked(news)),
    create: async (inputs) => {
      const { id, outs } = await create(marked(inputs));
      return { id, outs: bare(outs) };
    },
    read: async (id, props) => {
      const answer = await read(id, marked(props));
      return { ...answer, props: bare(answer.props), ...(answer.inputs ? { inputs: bare(answer.inputs) } : {}) };
    },
    update: async (id, olds, news) => ({ outs: bare((await update(id, marked(olds), marked(news))).outs) }),
    delete: (id, props) => remove(id, marked(props)),
  };
}

/** A socket that accepts and says nothing: what the process looks at to know that its engine lives. */
async function listen(): Promise<{ address: string; close: () => Promise<void> }> {
  const server = createServer((socket) => void socket.on("error", () => undefined).resume());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("not listening on TCP");
  return {
    address: `127.0.0.1:${at.port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
