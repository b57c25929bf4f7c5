import { expect, test } from "vitest";
import type { KeyInputs, KeyState, Permission } from "../../provider/domain/inputs.ts";
import { type Change, explain } from "../../provider/plan/explanation.ts";
import { PLAIN_STATE } from "../support/plainState.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const read: Permission = { resource: "scores", actions: ["read"] };
const ten = (to: number): Permission => ({
  ...read,
  restrictions: { ipWhitelist: Array.from({ length: to }, (_, index) => `203.0.113.${index}`) },
});

const olds = PLAIN_STATE;

const { permissions, deletionPolicy, ownership } = olds;
const news: KeyInputs = { permissions, deletionPolicy, ownership };

const ONCE = "The old key is revoked in the same run, once what takes its secret has the new one";
const COST = "The new key counts as one creation of the day's quota";

test.each<[string, Partial<KeyState>, Partial<KeyInputs>, Partial<Change>, string | undefined]>([
  ["nothing", {}, {}, {}, undefined],
  [
    "a grant more",
    {},
    { permissions: [read, { resource: "scores", actions: ["write"] }] },
    { fields: ["permissions"] },
    "will be changed in place: permissions widen: + scores:write (unrestricted)",
  ],
  [
    "fewer addresses",
    { permissions: [ten(10)] },
    { permissions: [ten(2)] },
    { fields: ["permissions"] },
    "will be changed in place: permissions narrow: scores:read: ipWhitelist 10 → 2 addresses",
  ],
  [
    "a restriction lifted",
    { permissions: [ten(10)] },
    { permissions: [read] },
    { fields: ["permissions"], replaced: true },
    `will be replaced: permissions widen: scores:read: ipWhitelist 10 addresses → unrestricted. ${ONCE}. ${COST}`,
  ],
  [
    "the same grants in other entries",
    { permissions: [{ resource: "scores", actions: ["read", "write"] }] },
    { permissions: [read, { resource: "scores", actions: ["write"] }] },
    { fields: ["permissions"] },
    "will be changed in place: permissions equal: the same grants in other entries",
  ],
  [
    "what somebody else granted",
    { drift: { permissions: [{ resource: "all", actions: ["read"], restrictions: {} }] } },
    {},
    { fields: ["permissions"] },
    "will be changed in place: permissions narrow: - identity:read, achievements:read, trading:read, trust:read, attestations:read",
  ],
  [
    "permissions that aren't known yet",
    {},
    { permissions: [{ ...read, actions: [UNKNOWN as "read"] }] },
    { fields: ["permissions"] },
    "will be changed in place: permissions may change: they aren't known yet",
  ],
  [
    "an overlap",
    {},
    { description: "d", rotation: { overlap: "1d" } },
    { fields: ["description", "rotation"], replaced: true },
    `will be replaced: description is set; rotation.overlap none → 1d. The old key lives on for 1 d after that (rotation.overlap). ${COST}`,
  ],
  [
    "a name of its own",
    { name: "a", declared: ["name"] },
    { name: "b" },
    { fields: ["name"], replaced: true },
    `will be replaced: name changes. The old key is revoked first: with a name of its own a key has no overlap. ${COST}`,
  ],
  [
    "a rotation that is due",
    {},
    { rotation: { every: "30d", overlap: "12h" } },
    { due: [{ field: "rotateAt", reason: "its rotation is due" }], replaced: true },
    `will be replaced: its rotation is due. The old key lives on for 12 h after that (rotation.overlap). ${COST}`,
  ],
  [
    "an incident",
    {},
    { rotation: { overlap: "12h", compromised: "leak" } },
    {
      due: [{ field: "rotation.compromised", reason: "it is declared compromised" }],
      replaced: true,
      incident: true,
    },
    `will be replaced: it is declared compromised. The old key is revoked at once, and so is every key that it has replaced. ${COST}`,
  ],
  [
    "a key that is gone",
    { status: "missing" },
    {},
    { due: [{ field: "status", reason: "it is gone from the account" }], replaced: true },
    `will be replaced: it is gone from the account. ${COST}`,
  ],
  [
    "limits",
    { rateLimit: { requestsPerMinute: 10, requestsPerDay: 5, burstLimit: 3 } },
    { rateLimit: { requestsPerMinute: 20, requestsPerHour: 9, burstLimit: 2 } },
    { fields: ["rateLimit"] },
    "will be changed in place: requestsPerMinute is raised; requestsPerHour is set; requestsPerDay is no longer set; burstLimit is lowered",
  ],
  [
    "a later end, and a shorter life",
    { expiry: "2027-01-01T00:00:00Z", expiresIn: "90d" },
    { expiry: "2028-01-01T00:00:00Z", expiresIn: "30d" },
    { fields: ["expiry", "expiresIn"], replaced: true },
    `will be replaced: it ends later; it ends sooner. ${ONCE}. ${COST}`,
  ],
  [
    "an end that goes",
    { expiry: "2027-01-01T00:00:00Z" },
    {},
    { fields: ["expiry"], replaced: true },
    `will be replaced: it ends no longer by itself. ${ONCE}. ${COST}`,
  ],
  [
    "webhooks",
    { webhooks: [{ url: "https://a.test", events: ["x"] }] },
    { webhooks: [{ url: "https://b.test", events: ["x"] }] },
    { fields: ["webhooks"] },
    "will be changed in place: webhooks + 1, - 1",
  ],
  [
    "another key taken over",
    {},
    { adopt: { keyId: "key_2", apiKey: "zk_prod_2" } },
    { fields: ["adopt"], replaced: true },
    `will be replaced: another key is taken over. ${ONCE}`,
  ],
  [
    "what happens on removal",
    { deletionPolicy: "prevent" },
    {},
    { fields: ["deletionPolicy"] },
    "will be changed in place: deletionPolicy prevent → revoke",
  ],
])("a preview says what it means: %s", (_what, state, inputs, change, said) => {
  const given: Change = { fields: [], due: [], replaced: false, incident: false, ...change };
  expect(explain({ ...olds, ...state }, { ...news, ...inputs }, given)).toBe(said);
});

test("no value of the program is in it", () => {
  const secret = "confidential";
  const hooks = [{ url: `https://${secret}.test/${secret}`, events: [secret], secret }];
  const line = explain(
    { ...olds, description: `${secret}0`, metadata: { a: secret }, webhooks: [] },
    {
      ...news,
      name: secret,
      description: secret,
      metadata: { [secret]: secret },
      webhooks: hooks,
      permissions: [{ ...read, restrictions: { identities: [`${secret}.zks`] } }],
      rotation: { trigger: secret, compromised: secret },
    },
    {
      fields: ["name", "description", "metadata", "webhooks", "permissions", "rotation"],
      due: [],
      replaced: true,
      incident: false,
    },
  );
  expect(line).toContain("permissions narrow");
  expect(line).not.toContain(secret);
});
