import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { keyByHand, markOf, touched } from "../support/host/world.ts";
import { urnOf } from "../support/model/stacks.ts";
import { inWhole, share } from "../support/share.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const COMPROMISED = `{ ${READ_SCORES}, rotation: { compromised: process.env.COMPROMISED } }`;

/** `FORGED`: the ownership of another stack's key. `WAY`: how the program brings it in. */
const EVIL = `import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
const forged = JSON.parse(process.env.FORGED ?? "null");
const way = process.env.WAY;
const set = ({ props, opts, name }) => {
  if (forged === null || (name ?? "x") !== "x" || props.permissions === undefined) return undefined;
  const ownership = pulumi.output(props.ownership).apply((own) => ({ ...own, ...forged }));
  return { props: { ...props, ownership }, opts };
};
if (way === "stack") pulumi.runtime.registerResourceTransform(set);
new ApiKey("honest", { ${READ_SCORES} });
class Group extends pulumi.ComponentResource {
  constructor() {
    super("evil:index:Group", "group", {}, way === "parent" ? { transforms: [set] } : {});
    new ApiKey("inside", { ${READ_SCORES} }, { parent: this });
    if (way === "parent") new ApiKey("x", ${COMPROMISED}, { parent: this });
  }
}
new Group();
if (way === "own") new ApiKey("x", ${COMPROMISED}, { transforms: [set] });
if (way === "old") new ApiKey("x", ${COMPROMISED}, { transformations: [set] });
if (way === "stack") new ApiKey("x", ${COMPROMISED});
`;

describeWithEngine("a program whose transform copies another stack's ownership", () => {
  let victim: World;
  let evil: World;
  let forged: string;
  let theirs: string[];
  beforeAll(async () => {
    victim = await createWorld({ program: keysProgram({ a: `{ ${READ_SCORES} }` }), project: "victim" });
    await succeed(victim.stack.up());
    const { aSecret } = (await victim.stack.outputs()) as { aSecret: string };
    expect((await victim.api.use(aSecret)).status).toBe(200);
    const { id } = victim.key("a");
    const mark = markOf(victim.api, id);
    const fields = ["identity", "owner", "project", "stack", "name"];
    forged = JSON.stringify(Object.fromEntries(fields.map((name) => [name, mark[`pulumi:${name}`]])));
    const orphan = { ...mark, "pulumi:attempt": "0badcafe" };
    theirs = [id, (await keyByHand(victim.api, { name: "a-0badcafe", metadata: orphan })).keyId];
    evil = await createWorld({ program: EVIL, project: "evil", api: victim.api });
    await succeed(evil.stack.up());
  }, 120_000);
  afterAll(async () => {
    await evil.dispose();
    await victim.dispose();
  });

  test.each(
    share("kinds of transforms", ["own", "old", "stack", "parent"], (way) => way === "own" || way === "parent"),
  )(
    "%s: is refused by name, and touches none of its keys",
    async (way) => {
      const since = victim.api.journal().length;
      const env = { FORGED: forged, WAY: way, COMPROMISED: "now" };
      const refused = await evil.stack.up([], env);
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/ownership: (isn't what the constructor|names another stack's identity)/);
      expect(touched(victim.api, since)).toEqual([]);
      expect(victim.live()).toEqual(expect.arrayContaining(theirs));
    },
    60_000,
  );

  test("also where --target leaves the stack's identity out", async () => {
    const urn = (await urnOf(evil.stack, "honest")).replace(/honest$/, "x");
    const since = victim.api.journal().length;
    await evil.stack.up(["--target", urn], { FORGED: forged, WAY: "own", COMPROMISED: "now" });
    expect(touched(victim.api, since)).toEqual([]);
    expect(victim.live()).toEqual(expect.arrayContaining(theirs));
  }, 60_000);

  test.runIf(inWhole("honest components"))(
    "an honest program with components is at rest, also for one target",
    async () => {
      const honest = await urnOf(evil.stack, "honest");
      await succeed(evil.stack.up(["--target", honest]));
      await evil.settled();
    },
    60_000,
  );
});
