import { instantMs } from "../../provider/domain/instant.ts";
import type { OpenApi } from "../live/account.ts";
import { isStateFile } from "./stateFile.ts";

/** What the pack takes from its surroundings; tests give their own. */
export interface Host {
  /** Epoch ms. */
  now(): number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True where a recorded state is judged, by the tags that the SDK hands to a policy. */
  isStateFile(stackTags: unknown): boolean;
  /** The account, for live checks. Loaded on first use: without them the pack opens no connection. */
  readonly openApi: OpenApi;
}

export function systemHost(env: NodeJS.ProcessEnv = process.env): Host {
  return {
    now: () => fixedNow(env) ?? Date.now(),
    env,
    isStateFile,
    openApi: async () => (await import("../live/connect.ts")).connect(env),
  };
}

/** `ZKSCORE_NOW` replaces the clock, as in the provider: only against an API on loopback, so it can't weaken a real run. */
function fixedNow(env: NodeJS.ProcessEnv): number | undefined {
  const [now, base] = [env["ZKSCORE_NOW"], env["ZKSCORE_BASE_URL"]];
  if (now === undefined || base === undefined || !URL.canParse(base)) return undefined;
  const { hostname } = new URL(base);
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname) ? instantMs(now) : undefined;
}
