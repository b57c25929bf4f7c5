import { setMocks } from "@pulumi/pulumi/runtime/mocks";
import { expect, test } from "vitest";
import type { KeyState } from "../../provider/domain/inputs.ts";
import { ownerOf, urnOf } from "../../provider/domain/marker.ts";
import { stateOut } from "../../provider/host/stateCodec.ts";
import { ApiKey } from "../../provider/index.ts";

/** Frames of the stacks that are recorded while `make` runs. */
function framesOf(make: () => unknown): number {
  const { prepareStackTrace } = Error;
  let frames = 0;
  Error.prepareStackTrace = (error, sites) => {
    frames += sites.length;
    return `${error}`;
  };
  try {
    make();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  return frames;
}

test("declaring a key records one stack: where it is declared", async () => {
  await setMocks({ call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: inputs }) }, "app", "dev");
  const declare = (name: string) => () =>
    new ApiKey(name, { permissions: [{ resource: "scores", actions: ["read"] }] });
  framesOf(declare("first")); // it makes the stack's identity, too
  const limit = Error.stackTraceLimit;
  // One stack is as deep as the test runner's; each of some seventy promises would record ten frames more.
  expect(framesOf(declare("second"))).toBeLessThan(100);
  expect(Error.stackTraceLimit).toBe(limit);
});

test("what the state of a plain key says beside its inputs stays under 620 bytes", () => {
  const names = { project: "shop", stack: "production", name: "checkout-service" };
  const identity = "af594cd7-fddc-4317-b06c-b697167f1647";
  const inputs: Pick<KeyState, "permissions" | "deletionPolicy"> = {
    permissions: [{ resource: "scores", actions: ["read"] }],
    deletionPolicy: "revoke",
  };
  const state: KeyState = {
    ...inputs,
    ownership: { identity, owner: ownerOf(identity, urnOf(names)), ...names, ignored: [] },
    apiKey: "",
    keyId: "key_8b98775f4adf11101fbb",
    fingerprint: "c4b0794be7539e42",
    hint: "KWDh",
    status: "active",
    endpoint: "https://api.zkscore.network/v1",
    createdAt: "2026-11-26T19:36:03Z",
    name: "checkout-service-4216a7df",
    declared: [],
    previous: [],
    attempt: "4216a7df",
    confirmed: { name: "s94f7da89e9dba95d", permissions: "s9ee121d45caf223f" },
    salt: "cb8f4980e535dece",
  };
  const bytes = JSON.stringify(stateOut(state)).length - JSON.stringify(inputs).length;
  expect(bytes).toBeLessThan(620);
  expect(bytes).toBeGreaterThan(300); // it measures something
});
