import type { StateKey } from "../../cli/exportedState.ts";
import type { Emulator } from "../../emulator/index.ts";

/** A key that may read something, whoever asks and from wherever. */
export interface Reader {
  /** The program's name for it. */
  name: string;
  resource: string;
}

/** One such key that may also not delete, so that one request is allowed and one refused. */
export function readerAmong(keys: readonly StateKey[]): Reader | undefined {
  for (const { urn, permissions = [], pendingDelete } of keys) {
    if (pendingDelete) continue;
    const grant = permissions.find((one) => one.actions.includes("read") && one.restrictions === undefined);
    const deletes = permissions.some(({ actions }) => actions.includes("delete") || actions.includes("all"));
    if (grant !== undefined && grant.resource !== "all" && !deletes) {
      return { name: urn.slice(urn.lastIndexOf("::") + 2), resource: grant.resource };
    }
  }
  return undefined;
}

/** Makes the two requests and says what came of them. The secret stays in this process. */
export async function useKey(
  account: Emulator,
  { name, resource }: Reader,
  secrets: unknown,
  say: (line: string) => void,
): Promise<void> {
  const secret = typeof secrets === "object" && secrets !== null ? Reflect.get(secrets, name) : undefined;
  if (typeof secret !== "string")
    throw new Error(`the program's output apiKeys has no ${name}; restore examples/quickstart`);
  const path = `/${resource}/alice.zks`;
  for (const [method, wanted] of [
    ["GET", 200],
    ["DELETE", 403],
  ] as const) {
    const { status } = await account.use(secret, { method, path });
    say(`${method} ${path}: ${status} ${status === 200 ? "allowed" : "refused"}`);
    if (status !== wanted)
      throw new Error(`${method} ${path} with the key of ${name} answered ${status}, not ${wanted}`);
  }
}
