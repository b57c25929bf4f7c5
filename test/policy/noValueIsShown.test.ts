import { expect, test } from "vitest";
import type { ZkscoreGuardArgs } from "../../policy/args.ts";
import { withField } from "../../policy/docs/example.ts";
import { policiesOf } from "../../policy/pack.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import { key as wireKey } from "../support/api/bodies.ts";
import { FULL, PATHS, VIOLATING } from "../support/policy/keys.ts";
import { analyze, analyzeStack, type Diagnostic, secret, testHost } from "../support/policy/rpc.ts";

/**
 * Policies see secrets in clear, and what they print is shown. A canary in every field, secret or not, one at a time and
 * all at once, in inputs and outputs, plain and marked secret: none may come back, in whatever spelling.
 */
const CANARY = "CANARY4f1e9d77c0ffee";
const SPELLINGS = [
  CANARY,
  CANARY.toLowerCase(),
  Buffer.from(CANARY).toString("base64").slice(0, 16),
  Buffer.from(CANARY).toString("base64url").slice(0, 16),
  Buffer.from(CANARY).toString("hex"),
  encodeURIComponent(CANARY),
  CANARY.slice(0, 10),
  CANARY.slice(10),
];
const URL_CANARY = `http://${CANARY}:${CANARY}@${CANARY}.internal/${CANARY}?token=${CANARY}`;
const live: ZkscoreGuardArgs = { packSettings: { live: true } };

const OUTPUTS = [
  "apiKey",
  "keyId",
  "fingerprint",
  "hint",
  "status",
  "endpoint",
  "createdAt",
  "adoptedAt",
  "expiry",
  "rotateAt",
  "previous",
];

function leaks(found: readonly Diagnostic[]): Diagnostic[] {
  return found.filter(({ message }) => SPELLINGS.some((spelling) => message.includes(spelling)));
}

function policies() {
  const marker = {
    project: "p",
    stack: "s",
    name: CANARY,
    identity: CANARY,
    owner: CANARY,
    attempt: CANARY,
    retires: [],
    keep: false,
  };
  const key = wireKey("key_1", {
    name: CANARY,
    description: CANARY,
    metadata: { ...encodeMarker(marker), secret: CANARY },
  });
  const usage = { totalRequests: 1, endpoint: CANARY };
  return policiesOf(
    live,
    testHost({
      env: { CI: "true", ZKSCORE_TOKEN: CANARY, ZKSCORE_BASE_URL: URL_CANARY, ZKSCORE_PLAN: CANARY },
      api: {
        list: async () => ({ keys: new Map([["key_1", key]]), serverTime: Date.now(), fetchedAt: 0, complete: true }),
        usage: async () => ({
          success: true,
          usage,
          breakdown: { byEndpoint: [{ endpoint: CANARY, requests: 1 }] },
          timestamp: CANARY,
        }),
      },
    }),
  );
}

async function everything(inputs: Readonly<Record<string, unknown>>): Promise<Diagnostic[]> {
  const pack = policies();
  const options = {
    protect: true,
    ignoreChanges: [CANARY, `permissions.${CANARY}`],
    additionalSecretOutputs: [CANARY],
  };
  const other = { inputs, name: "other" };
  return [
    ...(await analyze(pack, { inputs, options })),
    ...(await analyzeStack(pack, [
      { inputs: { keyId: "key_1", createdAt: "2020-01-01T00:00:00Z", ...inputs }, options },
      other,
    ])),
  ];
}

test("no canary in any message, whatever field holds it", async () => {
  let [cells, messages] = [0, 0];
  const shapes = [CANARY, URL_CANARY, secret(CANARY), [CANARY], { [CANARY]: CANARY }];
  for (const base of [FULL, VIOLATING]) {
    for (const path of [
      ...PATHS,
      ...OUTPUTS,
      "metadata.approved-by",
      "webhooks[1].url",
      "permissions[1].resource",
      "rotation.compromised",
    ]) {
      for (const shape of shapes) {
        const found = await everything(withField(base, path, shape));
        expect(leaks(found)).toEqual([]);
        cells++;
        messages += found.length;
      }
    }
  }
  expect(cells).toBeGreaterThanOrEqual(500);
  expect(messages).toBeGreaterThan(cells);
});

test("control: a canary planted in a policy's message is found", () => {
  const planted = { policy: "p", level: "advisory" as const, urn: "", message: `the secret is ${CANARY.slice(10)}` };
  expect(leaks([planted])).toEqual([planted]);
});
