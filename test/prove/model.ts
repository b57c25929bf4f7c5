import { spawnSync } from "node:child_process";

/**
 * `npm run prove:model`: 10,000 sequences through the simulated engine and 100,000 cases of the properties of check and
 * diff. `npm run prove:model -- --engine`: 200 sequences through the real engine; hours on two cores. ZKSCORE_CASES
 * sets another number.
 */
const onEngine = process.argv.includes("--engine");
const proofs: [cases: number, args: string[]][] = onEngine
  ? [[200, ["--config", "vitest.prove.config.mts", "modelEngine"]]]
  : [
      [10_000, ["test/lifecycle/model.reference.test.ts"]],
      [25_000, ["test/drift/properties.check.test.ts"]],
    ];
for (const [cases, args] of proofs) {
  const env = { ZKSCORE_CASES: String(cases), ...process.env };
  const { status } = spawnSync("vitest", ["run", ...args], { stdio: "inherit", env });
  if (status !== 0) process.exitCode = 1;
}
