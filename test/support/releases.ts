import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { EmulatorOptions } from "../../emulator/index.ts";
import { keysProgram, READ_SCORES } from "./world.ts";

/** Where the states of earlier releases lie: `<version>/state.json`, `<version>/account/`. */
export const RELEASES = resolve("test/releases");

/** The instant the recorded stacks were made. The account's clock stands there, so no recorded key expires. */
export const RECORDED_AT = "2026-06-01T00:00:00Z";

/** The account of a recording: its tokens are those of a throw-away emulator. */
export function recordedAccount(dataDir: string): EmulatorOptions {
  return {
    dataDir,
    clock: RECORDED_AT,
    accounts: [{ token: "management-token-of-the-recorded-states" }],
    operatorToken: "operator-token-of-the-recorded-states",
  };
}

/** A copy of a recorded account, since a test changes it. */
export function copyOfAccount(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "zkscore-release-"));
  cpSync(join(RELEASES, version, "account"), folder, { recursive: true });
  return folder;
}

/** One key of every kind. A release's recording is never made again: an old state is what an old release wrote. */
export function recordedProgram(trigger: string): string {
  return keysProgram({
    plain: `{ ${READ_SCORES} }`,
    named: `{ name: "recorded-named", ${READ_SCORES}, deletionPolicy: "retain" }`,
    full: `{
      namePrefix: "recorded", description: "everything set", expiresIn: "90d",
      permissions: [{ resource: "trust", actions: ["read", "write"], restrictions: { identities: ["alice.zks"], chains: [998899], ipWhitelist: ["203.0.113.0/24"] } }],
      rateLimit: { requestsPerMinute: 60, burstLimit: 10 },
      webhooks: [{ url: "https://hooks.example.com/zkscore", events: ["score.updated"], secret: "a-webhook-secret-of-a-test" }],
      metadata: { team: "core" },
    }`,
    rotated: `{ ${READ_SCORES}, rotation: { every: "30d", window: "3d", overlap: "2d", trigger: "${trigger}" } }`,
  });
}
