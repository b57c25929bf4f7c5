import { type Emulator, type EmulatorOptions, type KeyView, startEmulator } from "../../emulator/index.ts";
import type { Env, TestStackOptions } from "./engine/project.ts";
import { createStack, succeed, type TestStack } from "./engine/stack.ts";

/** An account (the emulator), and a stack that talks to it through the real engine. */
export interface World {
  api: Emulator;
  stack: TestStack;
  /** Ids of live keys (active or inactive), newest first. */
  live(): string[];
  /** Operations the emulator has answered since the last call. */
  requests(): string[];
  /** The one live key that carries this logical name; throws where there is none, or more than one. */
  key(logicalName: string): KeyView;
  /** The same for all of them, by logical name. */
  keys(): Record<string, KeyView>;
  /**
   * What must hold after every successful operation: a refresh finds no change, a preview on what it wrote finds none,
   * and nothing is sent but listings. Empties `requests()`.
   */
  settled(env?: Env): Promise<void>;
  dispose(): Promise<void>;
}

export interface WorldOptions extends Omit<TestStackOptions, "env"> {
  emulator?: EmulatorOptions;
  env?: Env;
  /** Share an account that exists. */
  api?: Emulator;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { emulator, api: shared, env, ...rest } = options;
  const api = shared ?? (await startEmulator(emulator ?? {}));
  const stack = await createStack({ ...rest, env: { ...connection(api), ...env } });
  let seen = api.journal().length;
  const requests = () => {
    const entries = api.journal();
    const fresh = entries.slice(seen).map((entry) => entry.operation);
    seen = entries.length;
    return fresh;
  };
  const keys = () => liveByName(api);
  return {
    api,
    stack,
    live: () => liveIds(api),
    requests,
    keys,
    key: (name) => {
      const found = keys()[name];
      if (found === undefined) throw new Error(`no live key carries the name ${name}`);
      return found;
    },
    settled: async (changed) => {
      requests();
      await succeed(stack.refresh(["--expect-no-changes", "--diff"], changed));
      await succeed(stack.preview(["--refresh=false", "--expect-no-changes", "--diff"], changed));
      const others = requests().filter((operation) => operation !== "list");
      if (others.length > 0) throw new Error(`a stack at rest sent ${others.join(", ")}`);
    },
    dispose: async () => {
      stack.dispose();
      if (shared === undefined) await api.close();
    },
  };
}

export function connection(api: Emulator, account = 0): Env {
  return { ZKSCORE_BASE_URL: api.url, ZKSCORE_TOKEN: api.accounts[account]?.token };
}

export function liveIds(api: Emulator, account = 0): string[] {
  return api
    .keys()
    .filter((key) => key.account === account && (key.status === "active" || key.status === "inactive"))
    .map((key) => key.id);
}

function liveByName(api: Emulator): Record<string, KeyView> {
  const found: Record<string, KeyView> = {};
  for (const key of api.keys().filter(({ status }) => status === "active" || status === "inactive")) {
    const name = String(key.metadata["pulumi:name"]);
    if (found[name] !== undefined) throw new Error(`${found[name].id} and ${key.id} both carry the name ${name}`);
    found[name] = key;
  }
  return found;
}

/** A program that declares keys, given as `name: args` in TypeScript source text, and exports their secrets. */
export function keysProgram(keys: Readonly<Record<string, string>>): string {
  const declared = Object.entries(keys).map(
    ([name, args]) =>
      `const ${name} = new ApiKey("${name}", ${args});\nexport const ${name}Secret = ${name}.apiKey;\nexport const ${name}Id = ${name}.keyId;`,
  );
  return `import { ApiKey } from "pulumi-zkscore";\n${declared.join("\n")}\n`;
}

export const READ_SCORES = `permissions: [{ resource: "scores", actions: ["read"] }]`;
