import { expect, test, vi } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { killHard } from "../support/engine/processes.ts";
import { createStack, succeed } from "../support/engine/stack.ts";

/** A dynamic resource whose create prints its start and then never ends. */
const hanging = `
const pulumi = require("@pulumi/pulumi");
const provider = "exports.handler = () => ({ create: () => { console.error('create started'); return new Promise(() => setInterval(() => {}, 1000)); } })";
class Hanging extends pulumi.CustomResource {
  constructor(name) { super("pulumi-nodejs:dynamic:Resource", name, { __provider: provider }); }
}
new Hanging("stuck");
`;

const eventually = { timeout: 15_000, interval: 100 };

describeWithEngine("kill -9", () => {
  test("of the engine: the language host and the program end by themselves, the provider stays, cancel frees the lock", async () => {
    const stack = await createStack({ language: "js", program: hanging });
    try {
      const up = stack.start();
      await vi.waitFor(() => expect(stack.providerPids()).not.toEqual([]), eventually);
      await up.until("stuck creating");
      expect(stack.pids("host/main.js")).not.toEqual([]);
      up.kill();
      expect((await up.done).code).toBe(-1);
      await vi.waitFor(() => expect(stack.pids("host/main.js")).toEqual([]), eventually);
      await vi.waitFor(() => expect(stack.pids("cmd/run")).toEqual([]), eventually);
      expect(stack.providerPids()).not.toEqual([]);
      stack.setProgram("exports.done = true;");
      expect((await stack.up()).output).toContain("locked");
      await succeed(stack.cancel());
      await succeed(stack.up());
    } finally {
      stack.dispose();
    }
  });

  test("of the provider: the running up fails instead of hanging", async () => {
    const stack = await createStack({ language: "js", program: hanging });
    try {
      const up = stack.start();
      await up.until("stuck creating");
      await vi.waitFor(() => expect(stack.providerPids()).not.toEqual([]), eventually);
      killHard(stack.providerPids());
      expect((await up.done).code).toBeGreaterThan(0);
    } finally {
      stack.dispose();
    }
    expect(stack.pids()).toEqual([]);
  });
});
