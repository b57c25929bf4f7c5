import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/prove/adversary.*.prove.ts"],
    globalSetup: "test/support/warmNode.ts",
    testTimeout: 60_000,
    hookTimeout: 600_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
