import { createClient } from "../../provider/api/client.ts";
import type { KeyApi } from "../../provider/api/types.ts";
import { systemClock } from "../../provider/domain/clock.ts";
import { DEFAULT_BASE_URL } from "../../provider/domain/vocabulary.ts";

/** The account a live check asks, by the provider's environment variables. A pack sees no stack configuration. */
export function connect(env: Readonly<Record<string, string | undefined>>): KeyApi {
  return createClient({
    baseUrl: env["ZKSCORE_BASE_URL"] ?? DEFAULT_BASE_URL,
    token: env["ZKSCORE_TOKEN"],
    clock: systemClock(),
    deadlineMs: 15_000, // a check that makes a preview wait longer than that would be switched off
    userAgent: "pulumi-zkscore-policy",
  });
}
