import { expect, test } from "vitest";
import { COMPLIANT, withField } from "../../policy/docs/example.ts";
import { policiesOf } from "../../policy/pack.ts";
import { FULL, PATHS, VIOLATING } from "../support/policy/keys.ts";
import { analyze, analyzeStack, testHost, UNKNOWN } from "../support/policy/rpc.ts";

/**
 * What a preview says when a field isn't known yet. The SDK's own answer, "can't run policy", would drop everything the
 * policy could have found in the known fields. Pinned: each policy × each field.
 */
const policies = policiesOf({}, testHost());

async function outcomes(inputs: Readonly<Record<string, unknown>>) {
  const found = await analyze(policies, { inputs });
  expect(found.filter(({ message }) => message.includes("can't run"))).toEqual([]);
  expect(found.filter(({ message }) => message.includes("defect"))).toEqual([]);
  return found;
}

test("an unknown field of a compliant key is named by the policies that need it, and is never a violation", async () => {
  const matrix: Record<string, string> = {};
  for (const path of PATHS) {
    const found = await outcomes(withField(FULL, path, UNKNOWN));
    expect(found.filter(({ level }) => level === "mandatory")).toEqual([]);
    for (const { message } of found) expect(message).toContain(`not judged: ${path}`);
    matrix[path] = found.map(({ policy }) => policy).join(", ");
  }
  expect(matrix).toMatchInlineSnapshot(`
    {
      "adopt": "",
      "deletionPolicy": "secret-stays-secret",
      "description": "ownership",
      "expiresIn": "expiry-required, expiry-horizon",
      "expiry": "expiry-required, expiry-horizon",
      "metadata": "ownership",
      "metadata.environment": "",
      "metadata.owner": "ownership",
      "metadata.purpose": "ownership",
      "name": "no-write-in-production, rotation-required, ownership",
      "namePrefix": "no-write-in-production, ownership",
      "ownership": "",
      "ownership.owner": "",
      "permissions": "no-wildcard-access, no-destructive-actions, no-write-in-production, no-toxic-combination, restricted-writes, ip-allow-list",
      "permissions[0]": "no-wildcard-access, no-destructive-actions, no-write-in-production, no-toxic-combination, restricted-writes, ip-allow-list",
      "permissions[0].actions": "no-wildcard-access, no-destructive-actions, no-write-in-production, no-toxic-combination, restricted-writes",
      "permissions[0].actions[0]": "no-wildcard-access, no-destructive-actions, no-write-in-production, no-toxic-combination, restricted-writes",
      "permissions[0].resource": "no-wildcard-access, no-destructive-actions, no-write-in-production, no-toxic-combination, restricted-writes",
      "permissions[0].restrictions": "restricted-writes, ip-allow-list",
      "permissions[0].restrictions.chains": "restricted-writes",
      "permissions[0].restrictions.chains[0]": "restricted-writes",
      "permissions[0].restrictions.identities": "restricted-writes",
      "permissions[0].restrictions.identities[0]": "restricted-writes",
      "permissions[0].restrictions.ipWhitelist": "ip-allow-list",
      "permissions[0].restrictions.ipWhitelist[0]": "ip-allow-list",
      "rateLimit": "rate-limit",
      "rateLimit.burstLimit": "rate-limit",
      "rateLimit.requestsPerDay": "rate-limit",
      "rateLimit.requestsPerHour": "rate-limit",
      "rateLimit.requestsPerMinute": "rate-limit",
      "rotation": "expiry-horizon, rotation-required, secret-stays-secret",
      "rotation.every": "expiry-horizon, rotation-required, secret-stays-secret",
      "rotation.overlap": "expiry-horizon, rotation-required",
      "rotation.trigger": "",
      "rotation.window": "rotation-required",
      "webhooks": "webhook-https, webhook-secret",
      "webhooks[0]": "webhook-https, webhook-secret",
      "webhooks[0].events": "",
      "webhooks[0].secret": "webhook-secret",
      "webhooks[0].url": "webhook-https",
    }
  `);
});

test("what violates in a known field goes on violating when another isn't known", async () => {
  const all = await outcomes(VIOLATING);
  const paths = (found: typeof all) => new Set(found.map(({ policy, message }) => `${policy} ${pathOf(message)}`));
  const complete = paths(all);
  const lost: Record<string, string[]> = {};
  for (const path of PATHS) {
    const remaining = paths(await outcomes(withField(VIOLATING, path, UNKNOWN)));
    const missing = [...complete].filter((entry) => !remaining.has(entry));
    if (missing.length > 0) lost[path] = missing;
  }
  expect(lost).toMatchInlineSnapshot(`
    {
      "deletionPolicy": [
        "secret-stays-secret deletionPolicy",
      ],
      "description": [
        "ownership description",
      ],
      "expiry": [
        "expiry-horizon expiry",
      ],
      "metadata": [
        "ownership metadata.owner",
        "ownership metadata.purpose",
      ],
      "metadata.owner": [
        "ownership metadata.owner",
      ],
      "metadata.purpose": [
        "ownership metadata.purpose",
      ],
      "name": [
        "ownership namePrefix",
      ],
      "namePrefix": [
        "ownership namePrefix",
      ],
      "permissions": [
        "no-wildcard-access permissions[0].resource",
        "no-wildcard-access permissions[0].actions[0]",
        "no-wildcard-access permissions",
        "no-destructive-actions permissions[0].actions[0]",
        "no-write-in-production permissions[0].actions[0]",
        "no-write-in-production permissions[1].actions[0]",
        "no-toxic-combination permissions[0].actions[0]",
        "restricted-writes permissions[0].restrictions",
        "restricted-writes permissions[1].restrictions",
        "ip-allow-list permissions[0].restrictions.ipWhitelist",
        "ip-allow-list permissions[1].restrictions.ipWhitelist[0]",
      ],
      "permissions[0]": [
        "no-wildcard-access permissions[0].resource",
        "no-wildcard-access permissions[0].actions[0]",
        "no-wildcard-access permissions",
        "no-destructive-actions permissions[0].actions[0]",
        "no-write-in-production permissions[0].actions[0]",
        "no-toxic-combination permissions[0].actions[0]",
        "restricted-writes permissions[0].restrictions",
        "ip-allow-list permissions[0].restrictions.ipWhitelist",
      ],
      "permissions[0].actions": [
        "no-wildcard-access permissions[0].actions[0]",
        "no-wildcard-access permissions",
        "no-destructive-actions permissions[0].actions[0]",
        "no-write-in-production permissions[0].actions[0]",
        "no-toxic-combination permissions[0].actions[0]",
        "restricted-writes permissions[0].restrictions",
      ],
      "permissions[0].actions[0]": [
        "no-wildcard-access permissions[0].actions[0]",
        "no-wildcard-access permissions",
        "no-destructive-actions permissions[0].actions[0]",
        "no-write-in-production permissions[0].actions[0]",
        "no-toxic-combination permissions[0].actions[0]",
        "restricted-writes permissions[0].restrictions",
      ],
      "permissions[0].resource": [
        "no-wildcard-access permissions[0].resource",
        "no-wildcard-access permissions",
        "no-destructive-actions permissions[0].actions[0]",
        "no-write-in-production permissions[0].actions[0]",
        "no-toxic-combination permissions[0].actions[0]",
        "restricted-writes permissions[0].restrictions",
      ],
      "permissions[0].restrictions": [
        "restricted-writes permissions[0].restrictions",
        "ip-allow-list permissions[0].restrictions.ipWhitelist",
      ],
      "permissions[0].restrictions.chains": [
        "restricted-writes permissions[0].restrictions",
      ],
      "permissions[0].restrictions.chains[0]": [
        "restricted-writes permissions[0].restrictions",
      ],
      "permissions[0].restrictions.identities": [
        "restricted-writes permissions[0].restrictions",
      ],
      "permissions[0].restrictions.identities[0]": [
        "restricted-writes permissions[0].restrictions",
      ],
      "permissions[0].restrictions.ipWhitelist": [
        "ip-allow-list permissions[0].restrictions.ipWhitelist",
      ],
      "permissions[0].restrictions.ipWhitelist[0]": [
        "ip-allow-list permissions[0].restrictions.ipWhitelist",
      ],
      "rateLimit": [
        "rate-limit rateLimit.requestsPerMinute",
        "rate-limit rateLimit.burstLimit",
        "rate-limit rateLimit.requestsPerHour",
      ],
      "rateLimit.burstLimit": [
        "rate-limit rateLimit.burstLimit",
      ],
      "rateLimit.requestsPerHour": [
        "rate-limit rateLimit.requestsPerHour",
      ],
      "rateLimit.requestsPerMinute": [
        "rate-limit rateLimit.requestsPerMinute",
        "rate-limit rateLimit.burstLimit",
        "rate-limit rateLimit.requestsPerHour",
      ],
      "rotation": [
        "rotation-required rotation.every",
        "rotation-required rotation.window",
        "rotation-required rotation.overlap",
      ],
      "rotation.every": [
        "rotation-required rotation.every",
        "rotation-required rotation.window",
      ],
      "rotation.overlap": [
        "rotation-required rotation.overlap",
      ],
      "rotation.window": [
        "rotation-required rotation.window",
      ],
      "webhooks": [
        "webhook-https webhooks[0].url",
        "webhook-https webhooks[1].url",
        "webhook-secret webhooks[0].secret",
        "webhook-secret webhooks[1].secret",
      ],
      "webhooks[0]": [
        "webhook-https webhooks[0].url",
        "webhook-secret webhooks[0].secret",
      ],
      "webhooks[0].secret": [
        "webhook-secret webhooks[0].secret",
      ],
      "webhooks[0].url": [
        "webhook-https webhooks[0].url",
      ],
    }
  `);
});

test("a stack policy says nothing about a key that a preview is about to make", async () => {
  const planned = { ...COMPLIANT, apiKey: UNKNOWN, keyId: UNKNOWN, createdAt: UNKNOWN, status: UNKNOWN, name: UNKNOWN };
  expect(await analyzeStack(policies, [{ inputs: planned }])).toEqual([]);
});

test("a secret that couldn't be decrypted counts as unknown, not as a short, shared or missing one", async () => {
  const redacted = { ...FULL, webhooks: "[secret]" };
  const [note, ...more] = (await outcomes(redacted)).filter(({ policy }) => policy === "webhook-secret");
  expect(note).toMatchObject({ level: "advisory", message: expect.stringContaining("not judged: webhooks.") });
  expect(more).toEqual([]);
  const state = [{ inputs: redacted }, { inputs: redacted, name: "other" }];
  expect(await analyzeStack(policies, state)).toEqual([]);
});

/** The second line of a message is `path: text`. */
function pathOf(message: string): string {
  return message.split("\n")[1]?.split(": ")[0] ?? "";
}
