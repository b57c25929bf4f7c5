import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { answer } from "../../examples/self-service/answer.ts";
import { BadRequest, parseRequest, stackOf } from "../../examples/self-service/request.ts";

const GOOD = {
  team: "web",
  application: "dashboard",
  environment: "dev",
  purpose: "shows scores",
  permissions: [{ resource: "scores", actions: ["read"], restrictions: { chains: ["1"] } }],
};

function refusal(text: string): string {
  try {
    parseRequest(text);
  } catch (error) {
    if (error instanceof BadRequest) return error.message;
    throw error;
  }
  return "";
}

test("a request that is one becomes the stack of its team, application and environment", () => {
  expect(stackOf(parseRequest(JSON.stringify(GOOD)))).toBe("web-dashboard-dev");
});

test.each<[string, unknown, string]>([
  ["a team that could be another's", { ...GOOD, team: "web-x" }, "team: needs 2 to 20 small letters"],
  ["a path", { ...GOOD, application: "../x" }, "application: needs"],
  ["another environment", { ...GOOD, environment: "production" }, "environment: Invalid option"],
  ["no purpose", { ...GOOD, purpose: undefined }, "purpose: Invalid input"],
  ["no permission", { ...GOOD, permissions: [] }, "permissions: Too small"],
  [
    "all",
    { ...GOOD, permissions: [{ resource: "all", actions: ["read"] }] },
    "permissions[0].resource: Invalid option",
  ],
  [
    "a misspelled action",
    { ...GOOD, permissions: [{ resource: "scores", actions: ["raed"] }] },
    "permissions[0].actions[0]: ",
  ],
  ["what isn't theirs to choose", { ...GOOD, expiresIn: "9y" }, "expiresIn: is no field of a request"],
  [
    "their own network",
    { ...GOOD, permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["0.0.0.0/0"] } }] },
    "permissions[0].restrictions.ipWhitelist: is no field of a request",
  ],
  ["a list", [], "the request: Invalid input"],
])("a request with %s is refused, by the field's name", (_what, request, line) => {
  expect(refusal(JSON.stringify(request))).toContain(line);
});

test("what is no JSON is refused, and not repeated", () => {
  expect(refusal('{"secret": zk_prod_x}')).toBe("the request: isn't JSON");
});

const urn = "urn:pulumi:web-a-dev::self-service::pulumi-nodejs:dynamic/zkscore:ApiKey::web-a-dev";
// A border: the engine's own JSON, as far as it matters here; the SDK's type leaves out the severity `debug`.
const event = (part: object) => ({ sequence: 1, timestamp: 1, ...part }) as EngineEvent;
const step = (op: string, type = "pulumi-nodejs:dynamic/zkscore:ApiKey") =>
  event({ resourcePreEvent: { metadata: { op, type, urn } } });
const said = (severity: string, message: string, about?: string) =>
  event({ diagnosticEvent: { severity, message, ...(about && { urn: about }) } });
const found = (enforcementLevel: string) =>
  event({
    policyEvent: {
      enforcementLevel,
      policyName: "rate-limit",
      message: "What it is for.\nrateLimit: is missing\n  to fix: set it\n  more:   docs/policies/rate-limit.md\n",
    },
  });

test.each<[string, EngineEvent[], string[], boolean]>([
  ["a new key", [step("create", "pulumi:pulumi:Stack"), step("create")], ["a new key"], false],
  [
    "a replacement, with what the preview says of it",
    [said("info#err", "web-a-dev: key key_1 will be replaced\n\n"), step("create-replacement"), step("replace")],
    ["another key in place of the one there is, which works for a day more", "web-a-dev: key key_1 will be replaced"],
    false,
  ],
  ["nothing", [step("refresh"), step("same")], ["nothing, the key is there"], false],
  [
    "advice beside it",
    [found("advisory"), step("same")],
    ["nothing, the key is there", "Advice: rateLimit: is missing. To fix: set it"],
    false,
  ],
  [
    "a policy's refusal, without the step that doesn't come",
    [found("mandatory"), step("create"), said("error", "preview failed")],
    ["Refused by the policy rate-limit: rateLimit: is missing. To fix: set it"],
    true,
  ],
  [
    "the quota",
    [
      step("create"),
      said("error", "Creating … [ZKS_QUOTA, HTTP 429]\n  remedy: …; not before 2027-01-01T00:00:00Z", urn),
    ],
    [
      "Not made today: the account has made as many keys as its plan allows a day. The next `up` after 2027-01-01T00:00:00Z makes it.",
    ],
    true,
  ],
  [
    "another failure is the package's own to explain",
    [step("create"), said("error", "Why [ZKS_SERVER]", urn)],
    ["Why [ZKS_SERVER]"],
    false,
  ],
])("the requester is told: %s", (_what, events, lines, refused) => {
  expect(answer("web-a-dev", events)).toEqual({ lines, refused });
});

test("a debug message, which holds secrets in clear, is never told, nor what a program prints", () => {
  const secret = `RegisterResource RPC finished: apiKey,,,zk_prod_secret`;
  const events = [said("debug", secret, urn), said("debug", `web-a-dev: ${secret}`), said("info", secret)];
  expect(answer("web-a-dev", events).lines).toEqual([]);
});
