import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { providerText } from "../../provider/resources/providerText.ts";
import { callProvider, connectProvider } from "../../test/support/host/wire.ts";
import { ownershipOf } from "../../test/support/ownership.ts";
import { packageRoot } from "../../tools/root.ts";
import { inputsOf, TOKEN } from "../contestants/contestant.ts";
import { FLOOR_PROVIDER } from "../contestants/programs.ts";
import { median } from "../report/statistics.ts";

const LIBRARIES = { floor: "@pulumi/pulumi/resource", naive: "@pulumi/pulumi", ours: "pulumi-zkscore" };
const PROVIDERS = { floor: FLOOR_PROVIDER, ours: providerText("apiKey") };

/** Medians of `repeats`, by turns. */
export async function measureStarts(repeats: number) {
  const programs = await byTurns(LIBRARIES, repeats, loadLibrary);
  const engine = createServer((socket) => void socket.on("error", () => undefined).resume());
  engine.listen(0, "127.0.0.1");
  await once(engine, "listening");
  try {
    // A server on TCP has an address of this form.
    const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
    const providers = await byTurns(PROVIDERS, repeats, (text) => startProvider(text, address));
    return { programStartMs: programs, providerStartMs: providers };
  } finally {
    engine.close();
  }
}

async function byTurns(
  subjects: Readonly<Record<string, string>>,
  repeats: number,
  measure: (subject: string) => Promise<number>,
): Promise<Record<string, number>> {
  const times = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const [name, subject] of Object.entries(subjects)) times.get(name)?.push(await measure(subject));
  return Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
}

/** From the start of Node to its end. */
async function loadLibrary(library: string): Promise<number> {
  const before = performance.now();
  const child = spawn(process.execPath, ["-e", `require(${JSON.stringify(library)})`], {
    cwd: packageRoot,
    stdio: "ignore",
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${library} can't be loaded`);
  return performance.now() - before;
}

/** From the start of the dynamic-provider process until it has answered the first `check`. */
async function startProvider(text: string, engine: string): Promise<number> {
  const before = performance.now();
  const child = spawn(process.execPath, [require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), engine], {
    cwd: packageRoot,
    env: { ...process.env, PULUMI_NODEJS_PROJECT: "proj", PULUMI_NODEJS_STACK: "dev", ZKSCORE_TOKEN: TOKEN },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = await once(createInterface({ input: child.stdout }), "line");
    const provider = connectProvider(Number(port));
    await provider.configure();
    const news = { ...inputsOf(0, false), ownership: ownershipOf("i"), __provider: text };
    const { failures } = await callProvider(provider.call).check({}, news);
    const ms = performance.now() - before;
    provider.close();
    if (failures.length > 0) throw new Error(`check says: ${failures.join("; ")}`);
    return ms;
  } finally {
    child.kill("SIGKILL");
  }
}
