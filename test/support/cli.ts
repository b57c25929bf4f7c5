import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { encodeMarker, type Marker } from "../../provider/domain/marker.ts";
import { packageRoot } from "../../tools/root.ts";
import { ask } from "./emulator.ts";
import { type Running, startCommand } from "./engine/command.ts";
import type { Env } from "./engine/project.ts";
import { compileCache } from "./nodeStartup.ts";
import { connection } from "./world.ts";

/** An account, a folder for states, and the built `zkscore-keys` beside them. */
export interface CliWorld {
  api: Emulator;
  folder: string;
  /** Starts the command. Nothing that starts with ZKSCORE_ or PULUMI_ is inherited. */
  start(args: readonly string[], env?: Env, cwd?: string): Running;
  /** Makes a key over HTTP, with an ownership marker where one is given. Returns id and secret. */
  make(name: string, marker?: Partial<Marker>, more?: object): Promise<{ id: string; secret: string }>;
  /** Writes an exported state and returns its file. */
  state(name: string, state: StateText): string;
  /** Operations answered since the world began. */
  operations(): string[];
  dispose(): Promise<void>;
}

/** What a written state holds. */
export interface StateText {
  project?: string;
  stack?: string;
  identity?: string;
  keys: { id: string; previous?: { keyId: string; revokeAfter: string }[]; pendingDelete?: boolean }[];
  pendingOwners?: string[];
  /** Default: a millisecond after now, so that every key made before is older. */
  writtenAt?: string;
  endpoint?: string;
}

const MARKER: Marker = {
  project: "shop",
  stack: "prod",
  name: "backend",
  identity: "identity-of-shop-prod",
  owner: "owner-of-backend",
  attempt: "0a0b0c0d",
  retires: [],
  keep: false,
};

const KEY_TYPE = "pulumi-nodejs:dynamic/zkscore:ApiKey";

export async function cliWorld(): Promise<CliWorld> {
  const api = await startEmulator();
  const folder = mkdtempSync(join(tmpdir(), "zkscore-cli-"));
  return {
    api,
    folder,
    start: (args, env, cwd = folder) => startCli(args, { ...connection(api), ...env }, cwd),
    make: async (name, marker, more) => {
      const metadata = marker === undefined ? {} : encodeMarker({ ...MARKER, ...marker });
      const permissions = [{ resource: "scores", actions: ["read"] }];
      const body = { name, permissions, metadata, ...more };
      const answer = await ask(`${api.url}/developer/keys`, api.accounts[0]?.token, "POST", body);
      // A border: the API's documented answer.
      const { keyId, apiKey } = answer.json as { keyId: string; apiKey: string };
      return { id: keyId, secret: apiKey };
    },
    state: (name, state) => {
      const file = join(folder, name);
      writeFileSync(file, JSON.stringify(exportOf(state)));
      return file;
    },
    operations: () => api.journal().map((entry) => entry.operation),
    dispose: async () => {
      rmSync(folder, { recursive: true, force: true });
      await api.close();
    },
  };
}

/** The built command, without a terminal. */
export function startCli(args: readonly string[], env: Env, cwd: string): Running {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(ZKSCORE_|PULUMI_|VITEST|NODE_OPTIONS$)/.test(name),
  );
  return startCommand(process.execPath, [join(packageRoot, "dist", "cli", "main.js"), ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: compileCache, ...env },
    timeoutMs: 60_000,
  });
}

/** What `pulumi stack export` prints, as far as it matters, with encrypted secrets. */
function exportOf(state: StateText): object {
  const { project = "shop", stack = "prod", identity = MARKER.identity, endpoint = "http://loopback/v1" } = state;
  const urn = (name: string) => `urn:pulumi:${stack}::${project}::${KEY_TYPE}::${name}`;
  const resources = state.keys.map(({ id, previous = [], pendingDelete }, index) => ({
    urn: urn(`key${index}`),
    type: KEY_TYPE,
    id,
    ...(pendingDelete === true ? { delete: true } : {}),
    outputs: {
      apiKey: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:AAAA:BBBB" },
      keyId: id,
      endpoint,
      previous,
      ownership: { identity, owner: MARKER.owner, project, stack, name: `key${index}` },
    },
  }));
  const root = {
    urn: `urn:pulumi:${stack}::${project}::pulumi:pulumi:Stack::${project}-${stack}`,
    type: "pulumi:pulumi:Stack",
  };
  const pending = (state.pendingOwners ?? []).map((owner) => ({
    resource: { urn: urn("pending"), type: KEY_TYPE, inputs: { ownership: { identity, owner, project, stack } } },
    type: "creating",
  }));
  const time = state.writtenAt ?? new Date(Date.now() + 1).toISOString();
  return {
    version: 3,
    deployment: { manifest: { time }, resources: [root, ...resources], pending_operations: pending },
  };
}
