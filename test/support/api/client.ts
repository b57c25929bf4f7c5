import { expect } from "vitest";
import { type ClientOptions, createClient } from "../../../provider/api/client.ts";
import type { KeyApi } from "../../../provider/api/types.ts";
import { ZkscoreError } from "../../../provider/domain/errors.ts";
import { virtualClock } from "../virtualClock.ts";
import { CREATE } from "./bodies.ts";

export const TOKEN = "MGMT-canary-token-0c9d8e7f6a5b";

export type TestClient = ReturnType<typeof createClient>;

/** A client with a virtual clock, no jitter, and a deadline that a test can wait for. */
export function testClient(baseUrl: string, more: Partial<ClientOptions> = {}): TestClient {
  return createClient({ baseUrl, token: TOKEN, clock: virtualClock(), random: () => 0, deadlineMs: 400, ...more });
}

/** Every operation of the interface, with arguments a caller could give. */
export const EVERY_OPERATION: Record<string, (api: KeyApi) => Promise<unknown>> = {
  create: (api) => api.create(CREATE),
  "list shared": (api) => api.list("shared"),
  "list fresh": (api) => api.list("fresh"),
  revoke: (api) => api.revoke("key_1"),
  update: (api) => api.update("key_1", { description: "new" }),
  usage: (api) => api.usage({ keyId: "key_1" }),
  "usage with a key": (api) => api.usage({ keyId: "key_1" }, "zk_prod_OWN-canary-31415926"),
};

/** The `ZkscoreError` that `work` must fail with. */
export async function failureOf(work: Promise<unknown>): Promise<ZkscoreError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) return expect.fail(`succeeded with ${JSON.stringify(outcome.value)}`);
  expect(outcome.error).toBeInstanceOf(ZkscoreError);
  if (!ZkscoreError.is(outcome.error)) throw new Error("unreachable");
  return outcome.error;
}
