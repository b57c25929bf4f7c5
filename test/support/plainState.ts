import type { KeyState } from "../../provider/domain/inputs.ts";

/** The state of a key with nothing that may be absent. */
export const PLAIN_STATE: KeyState = {
  permissions: [{ resource: "scores", actions: ["read"] }],
  deletionPolicy: "revoke",
  ownership: { identity: "i", owner: "o", project: "p", stack: "s", name: "a" },
  apiKey: "zk_prod_0",
  keyId: "key_1",
  fingerprint: "f",
  hint: "h",
  status: "active",
  endpoint: "http://loopback/v1",
  createdAt: "2026-01-01T00:00:00Z",
  name: "a-1",
  declared: [],
  previous: [],
  attempt: "1",
  confirmed: {},
};
