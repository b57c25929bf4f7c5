import { randomBytes } from "node:crypto";
import { createClient } from "../api/client.ts";
import { systemClock } from "../domain/clock.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState } from "../domain/inputs.ts";
import { hostSettings } from "../settings.ts";
import type { HandlerContext } from "../stack/context.ts";
import { createStackView } from "../stack/view.ts";
import { engineAlive, exitWithEngine } from "./engine.ts";
import { openFactLog } from "./factLog.ts";
import { stderrLog } from "./log.ts";

/** The configuration of the dynamic provider, as its process hands it over. */
export interface HostConfig {
  get(key: string): string | undefined;
}

/** The engine's address: the last argument of the dynamic-provider process. */
const ENGINE = process.argv.at(-1);

/** One call of the API: long enough for the wait of a rate limit by the minute, short enough to settle a lost answer. */
const CALL_MS = 75_000;

let configuration: HostConfig = { get: () => undefined };
let made: HandlerContext | undefined;

/** Called once per provider text, before its first handler; both texts share one run. */
export function configure(config: HostConfig): void {
  configuration = config;
}

/**
 * The context of this process, made on first use: one process serves one engine operation, so one client, one listing
 * and one view of the stack serve all handlers. What other processes of the same operation have seen comes in before
 * each. Throws `ZKS_CONFIG`, each time, where a setting can't be used.
 */
export function runtime(): HandlerContext {
  if (made !== undefined) {
    made.view.catchUp();
    return made;
  }
  const { baseUrl, now, origins, ...settings } = hostSettings(process.env, (key) =>
    configuration.get(`zkscore:${key}`),
  );
  const clock = systemClock(now);
  made = {
    clock,
    settings,
    client: createClient({
      baseUrl,
      token: settings.token,
      origins,
      clock,
      deadlineMs: CALL_MS,
      engineAlive: () => engineAlive(ENGINE),
    }),
    log: stderrLog(),
    view: createStackView(openFactLog(ENGINE)),
    random: () => randomBytes(4).toString("hex"),
  };
  exitWithEngine(ENGINE);
  made.view.catchUp();
  return made;
}

/**
 * After a create: a key made for an engine that is gone has its secret in no state, so it is revoked at once, by a
 * client that doesn't ask for the engine. A key that was adopted with its secret existed before, and stays.
 */
export async function revokeIfEngineGone(context: HandlerContext, state: KeyState): Promise<void> {
  if (await engineAlive(ENGINE)) return;
  if (state.adopt?.apiKey !== state.apiKey) {
    const { baseUrl, token } = hostSettings(process.env, (key) => configuration.get(`zkscore:${key}`));
    await createClient({ baseUrl, token, clock: context.clock })
      .revoke(state.keyId)
      .catch(() => undefined);
  }
  throw new ZkscoreError({
    code: "ZKS_ENGINE_GONE",
    what: `key ${state.keyId} was revoked again`,
    why: "the engine that asked for it no longer runs, so its secret would have been lost",
    remedy: "run `pulumi cancel` if the stack is locked, then `pulumi up --refresh`",
  });
}
