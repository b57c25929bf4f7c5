import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownerOf } from "../../provider/domain/marker.ts";
import { ApiKey } from "../../provider/index.ts";

type Inputs = Record<string, unknown>;

const made = new Map<string, Inputs>();

beforeEach(async () => {
  made.clear();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => {
        made.set(name, inputs as Inputs); // a border: what the SDK gives a mock
        return { id: `${name}-id`, state: { ...inputs, identity: "mocked", apiKey: `secret of ${name}` } };
      },
      call: () => ({}),
    },
    "proj",
    "dev",
  );
});

// Nothing of it is left to other files: each has its own process.
afterEach(() => pulumi.runtime.disconnect());

const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => void output.apply(resolve));

const args = { permissions: [{ resource: "scores" as const, actions: ["read" as const] }], expiresIn: "90d" };

test("a unit test with mocks sees a key in a component, its outputs, and the inputs as written", async () => {
  const parent = new pulumi.ComponentResource("test:index:App", "app");
  const key = new ApiKey("a", args, { parent, replaceOnChanges: ["metadata"] });
  expect(await value(key.apiKey)).toBe("secret of a");
  const urn = "urn:pulumi:dev::proj::test:index:App$pulumi-nodejs:dynamic/zkscore:ApiKey::a";
  expect(await value(key.urn)).toBe(urn);
  expect(made.get("a")).toMatchObject({
    ...args,
    options: { replaceOnChanges: ["metadata"] },
    ownership: { identity: "mocked", owner: ownerOf("mocked", urn), project: "proj", stack: "dev", name: "a" },
  });
});
