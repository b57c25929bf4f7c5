import { type Base, parseBaseUrl } from "../../../provider/api/baseUrl.ts";
import { createClient } from "../../../provider/api/client.ts";
import { OPERATIONS } from "../../../provider/api/operation.ts";
import { type ProxySetting, proxyFor } from "../../../provider/api/proxy.ts";
import { type Answer, createTransport, type Failure } from "../../../provider/api/transport.ts";
import type { Listing } from "../../../provider/api/types.ts";
import { systemClock } from "../../../provider/domain/clock.ts";
import { ZkscoreError } from "../../../provider/domain/errors.ts";
import { connectionSettings, type HostSettings, hostSettings } from "../../../provider/settings.ts";

const DEADLINE_MS = 6_000;
/** Without a usable token the API is still asked, for its answer's sake. */
const NO_TOKEN = "zkscore-keys-doctor";

/** What one request, one listing and one look at usage came to. */
export interface ApiFacts {
  base: Base | ZkscoreError;
  settings: HostSettings | ZkscoreError;
  proxy?: ProxySetting | ZkscoreError;
  first?: { answer: Answer | Failure; askedAt: number; answeredAt: number };
  listing?: Listing | ZkscoreError;
  usage?: "answered" | ZkscoreError;
}

type Configured = (name: string) => string | undefined;

/** Talks to the API as the provider would: with the environment's settings first, then the stack's. */
export async function lookAtApi(env: NodeJS.ProcessEnv, configured: Configured): Promise<ApiFacts> {
  const [base, settings] = await Promise.all([
    caught(() => {
      const { baseUrl, origins } = connectionSettings(env, configured);
      return parseBaseUrl(baseUrl, origins.baseUrl);
    }),
    caught(() => hostSettings(env, configured)),
  ]);
  if (ZkscoreError.is(base) || ZkscoreError.is(settings)) return { base, settings };
  const proxy = await caught(() => proxyFor(base, env));
  if (ZkscoreError.is(proxy)) return { base, settings, proxy };
  const token = settings.token?.trim() ?? "";
  const transport = createTransport(base, DEADLINE_MS, "zkscore-keys");
  const client = createClient({
    ...{ baseUrl: settings.baseUrl, token: settings.token, origins: settings.origins },
    ...{ clock: systemClock(), deadlineMs: DEADLINE_MS, attempts: 2, userAgent: "zkscore-keys" },
  });
  const first = async () => {
    const path = `${OPERATIONS.list.template}?limit=1&offset=0`;
    const usable = /^[\x21-\x7e]+$/.test(token) ? token : NO_TOKEN;
    const askedAt = Date.now();
    const answer = await transport.send({ method: "GET", path, token: usable, timeoutMs: DEADLINE_MS });
    return { answer, askedAt, answeredAt: Date.now() };
  };
  try {
    const [one, listing, usage] = await Promise.all([
      first(),
      caught(() => client.list("fresh")),
      caught(async () => {
        await client.usage({});
        return "answered" as const;
      }),
    ]);
    return { base, settings, ...(proxy === undefined ? {} : { proxy }), first: one, listing, usage };
  } finally {
    await Promise.all([transport.close(), client.close()]);
  }
}

/** What it gives, or its `ZkscoreError`. */
export async function caught<T>(look: () => T | Promise<T>): Promise<T | ZkscoreError> {
  try {
    return await look();
  } catch (error) {
    if (ZkscoreError.is(error)) return error;
    throw error;
  }
}
