import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { KeyView } from "../../../emulator/index.ts";
import type { Env } from "../engine/project.ts";
import type { CheckpointResource, CrashWorld } from "./world.ts";
import { liveKeys } from "./world.ts";

/** A key as the state holds it, secret in clear. */
export interface StateKey {
  name: string;
  keyId: string;
  apiKey: string;
  pendingDelete: boolean;
  previous: { keyId: string; revokeAfter: string }[];
}

/** An account and a stack that talks to it. */
type Judged = Pick<CrashWorld, "api" | "stack">;

/** The stack's keys by logical name, from an export with secrets. */
export async function stateKeys({ stack }: Pick<CrashWorld, "stack">): Promise<StateKey[]> {
  const { deployment } = await stack.export(["--show-secrets"]);
  return (deployment.resources ?? []).flatMap((resource) => {
    if (!isApiKey(resource)) return [];
    return [{ ...idsOf(resource), name: nameOf(resource), apiKey: plain(resource.outputs?.["apiKey"]) }];
  });
}

/** Every id that the state knows of: keys and what they retire. No secret needed. */
export function knownIds(resources: readonly CheckpointResource[]): Set<string> {
  const keys = resources.filter(isApiKey).map(idsOf);
  return new Set(keys.flatMap(({ keyId, previous }) => [keyId, ...previous.map((entry) => entry.keyId)]));
}

/** The key that the application was last deployed with. */
export function consumedKey(resources: readonly CheckpointResource[]): string | undefined {
  const consumer = resources.find(({ urn }) => urn.endsWith("::consumer"));
  const keyId = consumer?.outputs?.["keyId"];
  return typeof keyId === "string" ? keyId : undefined;
}

/**
 * What must hold once the dust has settled: one live key per declared key, with its secret in the state, plus keys
 * within their overlap, plus `others`, and nothing else. Returns what doesn't.
 */
export async function faults(
  world: Judged,
  declared: readonly string[],
  others: ReadonlySet<string>,
): Promise<string[]> {
  const { api } = world;
  const found: string[] = [];
  const keys = await stateKeys(world);
  const views = new Map(api.keys().map((key) => [key.id, key]));
  const expected = new Map([...others].map((id) => [id, "is not this stack's"]));
  for (const name of declared) {
    const own = keys.filter((key) => key.name === name && !key.pendingDelete);
    const [key] = own;
    if (key === undefined || own.length > 1) found.push(`${name}: ${own.length} keys in the state instead of 1`);
    if (key === undefined) continue;
    expected.set(key.keyId, `is ${name}'s`);
    found.push(...(await secretFaults(world, key, views.get(key.keyId))));
    for (const { keyId, revokeAfter } of key.previous) {
      if (Date.parse(revokeAfter) > api.now()) expected.set(keyId, `lives until ${revokeAfter} for ${name}`);
    }
  }
  for (const key of keys) {
    if (key.pendingDelete) found.push(`${key.name}: ${key.keyId} waits for its deletion`);
    if (!declared.includes(key.name)) found.push(`${key.name}: ${key.keyId} is in the state and not declared`);
  }
  const live = new Set(liveKeys(api));
  for (const [id, why] of expected) if (!live.has(id)) found.push(`${id} ${why} and is dead`);
  for (const id of live) if (!expected.has(id)) found.push(`${id} ("${views.get(id)?.name}") lives and is nobody's`);
  return found;
}

async function secretFaults({ api }: Judged, key: StateKey, view: KeyView | undefined): Promise<string[]> {
  const hash = createHash("sha256").update(key.apiKey).digest("hex");
  const found = hash === view?.secretSha256 ? [] : [`${key.name}: the secret in the state is not ${key.keyId}'s`];
  const { status } = await api.use(key.apiKey);
  return status === 200 ? found : [...found, `${key.name}: its secret is answered with ${status}`];
}

function isApiKey({ type }: { type: string }): boolean {
  return type === "pulumi-nodejs:dynamic/zkscore:ApiKey";
}

function nameOf({ urn }: { urn: string }): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

interface Recorded {
  delete?: boolean;
  outputs?: Record<string, unknown>;
}

function idsOf({ delete: pending, outputs = {} }: Recorded): Omit<StateKey, "name" | "apiKey"> {
  // The engine's file, which holds what this package's provider returned.
  const previous = (outputs["previous"] ?? []) as StateKey["previous"];
  return { keyId: String(outputs["keyId"]), pendingDelete: pending === true, previous };
}

/** A secret in an export with `--show-secrets`: JSON text under `plaintext`. */
function plain(value: unknown): string {
  const text = typeof value === "object" && value !== null && "plaintext" in value ? String(value.plaintext) : '""';
  return String(JSON.parse(text));
}

/** A preview right afterwards must find nothing to do. */
export async function restless({ stack, story }: CrashWorld, env?: Env): Promise<string[]> {
  const { code, output } = await stack.preview(["--expect-no-changes", "--diff"], env);
  if (code === 0) return [];
  story.push(output);
  return ["a preview right afterwards fails or would change something"];
}

/** Providers that outlived their engine must end by themselves. Returns those that don't. */
export async function outlivers(orphans: readonly number[]): Promise<string[]> {
  const deadline = Date.now() + 15_000;
  const running = () => orphans.filter(isRunning);
  while (running().length > 0 && Date.now() < deadline) await pause(50); // another's child: its end gives no event
  return running().map((pid) => `provider process ${pid} outlives its engine`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
