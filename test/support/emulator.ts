import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { resolve as resolvePath } from "node:path";
import { createInterface } from "node:readline";
import { operatorClient, type RemoteOperator } from "../../emulator/operator/client.ts";

/** An answer as it came over the socket. */
export interface Raw {
  status: number;
  /** Names in lower case, every value kept. */
  headers: Record<string, string[]>;
  /** Names and values in the order and case of the line. */
  rawHeaders: string[];
  text: string;
  /** Parsed; undefined when it isn't JSON. */
  json: unknown;
}

/** One request on a connection of its own. Rejects when the connection breaks. */
export function ask(
  url: string,
  token: string | undefined,
  method = "GET",
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Raw> {
  const payload = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent: false,
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(payload === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
    });
    outgoing.once("error", reject);
    outgoing.once("response", (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(answer.headersDistinct).map(([name, all]) => [name, all ?? []])),
          rawHeaders: answer.rawHeaders,
          text,
          json: parse(text),
        });
      });
    });
    outgoing.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An emulator in a process of its own, to be killed. */
export interface EmulatorProcess {
  child: ChildProcess;
  /** With the prefix. */
  url: string;
  origin: string;
  token: string;
  operator: RemoteOperator;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `emulator/main.ts` with a data directory and waits for its address. */
export async function emulatorProcess(
  dataDir: string,
  options: { token?: string; operatorToken?: string; args?: string[] } = {},
): Promise<EmulatorProcess> {
  const { token = "management-token-of-a-test", operatorToken = "operator-token-of-a-test", args = [] } = options;
  const main = resolvePath("emulator/main.ts"); // vitest runs in the repository's root
  const flags = ["--disable-warning=ExperimentalWarning", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
  const child = spawn(process.execPath, [...flags, main, "--json", "--data", dataDir, ...args], {
    env: { ...process.env, ZKSCORE_EMULATOR_TOKEN: token, ZKSCORE_EMULATOR_OPERATOR_TOKEN: operatorToken },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), exited.then(() => undefined)]);
  if (first === undefined) throw new Error("the emulator process ended before it was ready");
  const { url, origin } = JSON.parse(String(first[0]));
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    child,
    url,
    origin,
    token,
    operator: operatorClient(origin, operatorToken),
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
  };
}
