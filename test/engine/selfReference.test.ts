import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { createStack, succeed } from "../support/engine/stack.ts";

describeWithEngine("a program below this repository", () => {
  test("sees this very package under its published name, and so does a dynamic provider", async () => {
    const stack = await createStack({
      program: `
        import { createRequire } from "node:module";
        const require = createRequire(process.cwd() + "/package.json");
        export const paths: string[] = ["pulumi-zkscore", "pulumi-zkscore/provider"].map((name) => require.resolve(name));
      `,
    });
    try {
      await succeed(stack.up());
      expect((await stack.outputs())["paths"]).toEqual([
        expect.stringMatching(/dist\/provider\/index\.js$/),
        expect.stringMatching(/dist\/provider\/host\/index\.js$/),
      ]);
    } finally {
      stack.dispose();
    }
  });
});
