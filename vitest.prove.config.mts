import { defineConfig } from "vitest/config";

// The long proofs: `npm run prove:…`. Each prints what it covered and the figures that docs/figures.md quotes.
export default defineConfig({
  test: {
    include: ["test/prove/**/*.prove.ts"],
    // All of what `npm test` takes a share of, and Node as a user starts it.
    env: { ZKSCORE_WHOLE: "1" },
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    pool: "forks",
    maxWorkers: 1,
  },
});
