import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, READ_SCORES, type World } from "../support/world.ts";

const ABSENT = ["rotateAt", "expiry", "description", "rateLimit", "metadata"] as const;

/** Every output that may be absent is used three times: by a key, by a secret output, by what is made of it. */
const PROGRAM = `import { ApiKey } from "pulumi-zkscore";
const bare = new ApiKey("bare", { ${READ_SCORES} });
const text = (value) => JSON.stringify(value === undefined ? "undefined" : value);
${ABSENT.map(
  (
    output,
  ) => `new ApiKey("of-${output}", { ${READ_SCORES}, description: bare.${output}.apply((v) => "made of " + text(v)) });
export const ${output} = bare.${output};
export const ${output}Text = bare.${output}.apply(text);`,
).join("\n")}
`;

describeWithEngine("outputs that a key may not have", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: PROGRAM });
  });
  afterAll(() => world.dispose());

  test.runIf(inWhole("outputs in previews"))(
    "are known in every preview: whatever is made of them doesn't change",
    async () => {
      const { stack } = world;
      await succeed(stack.up());
      const outputs = await stack.outputs();
      for (const output of ABSENT) expect([output, outputs[`${output}Text`]]).toEqual([output, '"undefined"']);
      await world.settled(); // its preview is one without a refresh
      const again = await succeed(stack.up());
      expect(again.output).toMatch(/Resources:\n +8 unchanged\n/);
    },
    120_000,
  );
});
