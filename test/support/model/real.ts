import type { Emulator } from "../../../emulator/index.ts";
import type { Outcome, Running } from "../engine/command.ts";
import { killHard } from "../engine/processes.ts";
import { createStack, type StateResource, succeed, type TestStack } from "../engine/stack.ts";
import { type Fields, HandlerFailure } from "../host/handlers.ts";
import { connection } from "../world.ts";
import { type Entry, Killed, type Program } from "./engine.ts";
import type { Bomb, ModelStack } from "./mined.ts";

const UNATTENDED = ["--stack", "dev", "--yes", "--skip-preview", "--non-interactive", "--color", "never"];

/** The real engine, killed with its provider while the emulator holds the request of its last moment. */
export async function realStack(api: Emulator): Promise<ModelStack> {
  // Equal names with the neighbour of the model.
  const stack = await createStack({ program: "", project: "proj", env: connection(api) });
  const now = () => ({ ZKSCORE_NOW: new Date(api.now()).toISOString() });
  let entries: Entry[] = [];
  const deployed = new Map<string, string>();

  const operate = async (args: readonly string[], bomb: Bomb | undefined): Promise<void> => {
    if (bomb !== undefined) plant(api, bomb);
    const run = stack.start([...args, ...UNATTENDED], now());
    const ended = bomb === undefined ? await run.done : await exploded(api, stack, run);
    api.faults.clear();
    if (ended === undefined) await succeed(stack.cancel());
    entries = await read(stack);
    if (ended === undefined) throw new Killed();
    if (ended.code !== 0) throw new HandlerFailure(ended.output);
  };

  return {
    get entries() {
      return entries;
    },
    deployed,
    key: (name) => entries.find((entry) => entry.kind === "key" && entry.name === name && entry.deleted !== true),
    up: async (program, options, bomb) => {
      stack.setProgram(source(program));
      const urns = (options.replace ?? []).map(
        (name) => `urn:pulumi:dev::proj::pulumi-nodejs:dynamic/zkscore:ApiKey::${name}`,
      );
      await operate(["up", ...urns.flatMap((urn) => ["--replace", urn])], bomb);
      const outputs = await stack.outputs();
      for (const name of Object.keys(program.keys)) deployed.set(name, String(outputs[name]));
    },
    refresh: () => operate(["refresh"], undefined),
    destroy: (bomb) => operate(["destroy"], bomb),
    pending: async (program) => {
      stack.setProgram(source(program));
      const { code, output } = await stack.preview(["--expect-no-changes"], now());
      return code === 0 ? [] : [output];
    },
    dispose: async () => stack.dispose(),
  };
}

function source({ keys }: Program): string {
  const declared = Object.entries(keys).map(
    ([name, args]) => `export const ${name} = new ApiKey("${name}", ${JSON.stringify(args)}).apiKey;`,
  );
  return `import { ApiKey } from "pulumi-zkscore";\nvoid ApiKey;\n${declared.join("\n")}\n`;
}

function plant(api: Emulator, { left, after }: Bomb): void {
  for (const operation of ["create", "revoke"] as const) {
    const when = { operation, nth: left + 1 };
    api.faults.add(after ? { ...when, kind: "pause", phase: "afterCommit" } : { ...when, kind: "hang" });
  }
}

/** Undefined once it was killed; its outcome where it ended before the bomb. */
async function exploded(api: Emulator, stack: TestStack, run: Running): Promise<Outcome | undefined> {
  const ended = await Promise.race([run.done, api.waitForPause().then(() => undefined)]);
  if (ended !== undefined) return ended;
  run.kill();
  killHard(stack.providerPids());
  await run.done;
  api.faults.clear();
  api.release();
  return undefined;
}

async function read(stack: TestStack): Promise<Entry[]> {
  const { deployment } = await stack.export(["--show-secrets"]);
  return (deployment.resources ?? []).flatMap((resource) => entryOf(resource) ?? []);
}

function entryOf(resource: StateResource): Entry | undefined {
  const kind = { ApiKey: "key", StackIdentity: "identity" } as const;
  const type = resource.type.split(":").at(-1);
  if (type !== "ApiKey" && type !== "StackIdentity") return undefined;
  return {
    kind: kind[type],
    name: resource.urn.split("::").at(-1) ?? "",
    id: resource.id ?? "",
    inputs: resource.inputs ?? {},
    outputs: clear(resource.outputs ?? {}),
    ...(resource.delete === true ? { deleted: true } : {}),
    ...(resource.initErrors === undefined ? {} : { failed: true }),
  };
}

/** Top-level secrets as their plain text, which is JSON. */
function clear(outputs: Fields): Fields {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      const wrapped = typeof value === "object" && value !== null && "plaintext" in value ? value.plaintext : undefined;
      return [name, typeof wrapped === "string" ? JSON.parse(wrapped) : value];
    }),
  );
}
