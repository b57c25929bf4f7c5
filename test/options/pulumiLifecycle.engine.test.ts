import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, READ_SCORES, type World } from "../support/world.ts";

const RETAINED = `import { ApiKey } from "pulumi-zkscore";
import * as pulumi from "@pulumi/pulumi";
pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  type.endsWith("zkscore:ApiKey") ? { props, opts: { ...opts, retainOnDelete: true } } : undefined);
if (process.env.GONE === undefined) {
  new ApiKey("a", { ${READ_SCORES}, rotation: { trigger: process.env.TRIGGER ?? "1" } });
}
new ApiKey("b", { ${READ_SCORES} });
`;

describeWithEngine("a transform that sets retainOnDelete", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: RETAINED });
    await succeed(world.stack.up());
  }, 90_000);
  afterAll(() => world.dispose());

  test.runIf(inWhole("a transform that sets retainOnDelete"))(
    "what Pulumi doesn't delete after a replacement is revoked by the next up; a removed key is named",
    async () => {
      const { stack } = world;
      const first = world.key("a").id;
      await succeed(stack.up([], { TRIGGER: "2" }));
      expect(world.live()).toContain(first);
      const preview = await succeed(stack.preview([], { TRIGGER: "2" }));
      expect(preview.output).toContain("update");
      const revoked = await succeed(stack.up([], { TRIGGER: "2" }));
      expect(revoked.output).toMatch(new RegExp(`revoked key ${first} .*Pulumi didn't delete`));
      expect(world.live()).not.toContain(first);

      const second = world.key("a").id;
      await succeed(stack.up([], { GONE: "1" }));
      expect(world.live()).toContain(second);
      const later = await succeed(stack.up([], { GONE: "1" }));
      expect(later.output).toContain(second);
    },
    180_000,
  );
});

const NAMED = `import { ApiKey } from "pulumi-zkscore";
import * as pulumi from "@pulumi/pulumi";
pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  type.endsWith("zkscore:ApiKey") ? { props: { ...props, name: "from-a-transform" }, opts } : undefined);
const a = new ApiKey("a", { ${READ_SCORES}, description: process.env.TEXT ?? "one" });
export const secret = a.apiKey;
`;

describeWithEngine("a transform that sets the name", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: NAMED });
    await succeed(world.stack.up());
  }, 90_000);
  afterAll(() => world.dispose());

  test.runIf(inWhole("a transform that sets the name"))(
    "the key is replaced as if the program had written it: the old one gives its name away",
    async () => {
      const { stack, api } = world;
      const first = world.key("a").id;
      await succeed(stack.up([], { TEXT: "two" }));
      expect(world.live()).toHaveLength(1);
      expect(world.live()).not.toContain(first);
      const { secret } = await stack.outputs();
      expect((await api.use(String(secret))).status).toBe(200);
      await stack.expectNoChanges({ TEXT: "two" });
    },
    120_000,
  );
});

const HOOKED = `import { ApiKey } from "pulumi-zkscore";
import { ErrorHook } from "@pulumi/pulumi/resource.js";
let times = 0;
const again = new ErrorHook("again", () => ++times < 4);
const incident = process.env.INCIDENT;
const a = new ApiKey("a", { ${READ_SCORES}, rotation: { ...(incident ? { compromised: incident } : {}), overlap: "1h" } },
  { hooks: { onError: [again] } });
export const secret = a.apiKey;
`;

describeWithEngine("an error hook that repeats create", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: HOOKED });
    await succeed(world.stack.up());
  }, 90_000);
  afterAll(() => world.dispose());

  test("makes one key, however often it repeats: the create goes on with the key it made", async () => {
    const { stack, api } = world;
    const first = world.key("a").id;
    world.requests();
    // The revocation after the POST fails for the first three times.
    api.faults.add({ operation: "revoke", kind: "status", status: 400, times: 2 });
    const up = await stack.up([], { INCIDENT: "1" });
    expect(world.requests().filter((operation) => operation === "create")).toHaveLength(1);
    expect(up.code).toBe(0);
    expect(world.live()).toHaveLength(1);
    expect(world.live()).not.toContain(first);
    const { secret } = await stack.outputs();
    expect((await api.use(String(secret))).status).toBe(200);
    await stack.expectNoChanges({ INCIDENT: "1" });
  }, 120_000);
});
