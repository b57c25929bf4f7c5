import { defineConfig } from "vitest/config";

// The long proofs: `npm run prove:…`. Each prints what it covered and the figures that docs/figures.md quotes.
export default defineConfig({
  test: {
    include: ["test/prove/**/*.prove.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    pool: "forks",
    maxWorkers: 1,
  },
});
