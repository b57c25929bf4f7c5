import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { PLANS } from "../provider/domain/plans.ts";
import { oneLine, ownLines } from "../provider/domain/shown.ts";
import { credentials, credentialsFile } from "./credentials.ts";
import { type Emulator, startEmulator } from "./index.ts";
import { modesSchema } from "./modes.ts";

const USAGE = `Runs a stand-in of the ZKScore key API on 127.0.0.1.

  --port N         default: any free port
  --data DIR       keep keys there; default: in memory, with the tokens in a new temporary folder
  --plan NAME      ${PLANS.join(" | ")}; default enterprise, without ceilings
  --updates MODE   patch | 404 | 405 | 501; default 404: like the documented API, no update
  --prefix PATH    default /v1
  --json           first line: {"url","origin","pid","credentials"} as JSON

Tokens: ZKSCORE_EMULATOR_TOKEN and ZKSCORE_EMULATOR_OPERATOR_TOKEN, or generated into DIR/credentials.json.
`;

/** Runs an emulator until SIGINT or SIGTERM; resolves with the exit code. */
export async function runEmulator(argv: readonly string[]): Promise<number> {
  let args: ReturnType<typeof readArguments>;
  try {
    args = readArguments(argv);
  } catch (error) {
    process.stderr.write(`${oneLine(error instanceof Error ? error.message : "bad arguments")}\n\n${USAGE}`);
    return 2;
  }
  if (args === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  const dir = args.data ?? mkdtempSync(join(tmpdir(), "zkscore-emulator-"));
  const tokens = credentials(dir, process.env);
  let emulator: Emulator;
  try {
    emulator = await startEmulator({
      dataDir: args.data ?? ":memory:",
      port: args.port,
      prefix: args.prefix,
      updates: args.updates,
      accounts: [{ token: tokens.token, plan: args.plan }],
      operatorToken: tokens.operatorToken,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    process.stderr.write(
      `${oneLine(`The emulator could not start: ${why}. Is the port taken, or the folder not writable?`)}\n`,
    );
    return 1;
  }
  process.stdout.write(`${ownLines(greeting(emulator, dir, args.json))}\n`);
  await new Promise<void>((stop) => {
    process.once("SIGINT", () => stop());
    process.once("SIGTERM", () => stop());
  });
  await emulator.close();
  return 0;
}

function readArguments(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: "string", default: "0" },
      data: { type: "string" },
      plan: { type: "string", default: "enterprise" },
      updates: { type: "string", default: "404" },
      prefix: { type: "string", default: "/v1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError("--port takes a port number");
  const plan = PLANS.find((name) => name === values.plan);
  if (plan === undefined) throw new RangeError(`--plan takes one of ${PLANS.join(", ")}`);
  const updates = modesSchema.shape.updates.safeParse(values.updates === "patch" ? "patch" : Number(values.updates));
  if (!updates.success) throw new RangeError("--updates takes patch, 404, 405 or 501");
  if (!/^(\/[\w.-]+)+$/.test(values.prefix)) throw new RangeError("--prefix takes a path such as /v1 or /api/v1");
  const data = values.data === undefined ? undefined : resolve(values.data);
  return { port, data, plan, updates: updates.data, prefix: values.prefix, json: values.json };
}

function greeting(emulator: Emulator, dir: string, json: boolean): string {
  const { url, origin } = emulator;
  const file = credentialsFile(dir);
  if (json) return JSON.stringify({ url, origin, pid: process.pid, credentials: file });
  return [
    `ZKScore emulator: ${url}`,
    `  tokens: from the environment, else in ${oneLine(file)} (yours to read only)`,
    "  stop it with Ctrl-C; what it answered is kept",
  ].join("\n");
}

// Run as a program: `node dist/emulator/main.js`. Both module systems are built from this file, so no import.meta here.
if (/emulator[\\/]main\.[jt]s$/.test(process.argv[1] ?? "")) {
  void runEmulator(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
