import { expect, test } from "vitest";
import { ownerOf } from "../../provider/domain/marker.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { type StateResource, succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { READ_SCORES } from "../support/world.ts";

const ARGS = `{ ${READ_SCORES} }`;

/** Keys in a component, in one inside it, below another key, and made inside an apply; each with a sibling that uses it. */
const PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
class Inner extends pulumi.ComponentResource {
  readonly key: ApiKey;
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("test:index:Inner", name, {}, opts);
    this.key = new ApiKey(name + "-key", ${ARGS}, { parent: this });
    new pulumi.Stash(name + "-use", { input: this.key.apiKey }, { parent: this });
    this.registerOutputs({ id: this.key.keyId });
  }
}
class App extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:App", name);
    const key = new ApiKey(name + "-key", ${ARGS}, { parent: this, aliases: [{ parent: pulumi.rootStackResource }] });
    new pulumi.Stash(name + "-use", { input: key.apiKey }, { parent: this });
    new pulumi.Stash(name + "-after", { input: 1 }, { parent: this, dependsOn: key });
    const inner = new Inner(name + "-inner", { parent: this });
    new pulumi.Stash(name + "-other", { input: inner.key.keyId }, { parent: this });
    new ApiKey(name + "-below", ${ARGS}, { parent: key });
    key.keyId.apply(() => new ApiKey(name + "-late", ${ARGS}, { parent: this }));
    this.registerOutputs();
  }
}
new App("a");
new pulumi.Stash("use", { input: new ApiKey("root", ${ARGS}, { dependsOn: new App("b") }).apiKey });
`;

const NAMES = ["a-below", "a-inner-key", "a-key", "a-late", "b-below", "b-inner-key", "b-key", "b-late", "root"];

describeWithEngine("keys inside components", () => {
  test.runIf(inWhole("components"))(
    "may be used by their siblings, depend on none of them, and belong to their own URN",
    {
      timeout: 600_000,
    },
    async () => {
      await freshWorld({ program: PROGRAM, timeoutMs: 240_000 });
      const { stack } = world;
      await succeed(stack.preview());
      await succeed(stack.up());
      expect(Object.keys(world.keys()).sort()).toEqual(NAMES);
      await world.settled();

      const resources = (await stack.export()).deployment.resources ?? [];
      const keys = resources.filter(({ type }) => type.endsWith("zkscore:ApiKey"));
      expect(keys).toHaveLength(NAMES.length);
      for (const key of keys) {
        expect(usesOf(key), key.urn).toEqual([]);
        const { identity, owner } = (key.inputs?.["ownership"] ?? {}) as { identity: string; owner: string };
        expect(owner, key.urn).toBe(ownerOf(identity, key.urn));
      }

      const before = world.live().sort();
      const use = resources.find(({ urn }) => urn.endsWith("::a-after"))?.urn ?? "";
      await succeed(stack.destroy(["--target", use, "--target-dependents"]));
      expect(world.live().sort()).toEqual(before);
      await succeed(stack.destroy());
      expect(world.live()).toEqual([]);
    },
  );
});

/** What a key depends on beside the identity and the component that the program names. */
function usesOf(key: StateResource & { dependencies?: readonly string[] }): string[] {
  const named = key.urn.endsWith("::root") ? /StackIdentity|\$?test:index:App::b$|::b-/ : /StackIdentity/;
  return (key.dependencies ?? []).filter((urn) => !named.test(urn));
}
