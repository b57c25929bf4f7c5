import { spawnSync } from "node:child_process";

/**
 * `npm run prove:model`: 10,000 sequences through the simulated engine and 100,000 cases of the properties of check and
 * diff. `npm run prove:model -- --engine`: 200 sequences through the real engine; hours on two cores.
 */
const onEngine = process.argv.includes("--engine");
const [args, env] = onEngine
  ? [["--config", "vitest.prove.config.mts", "modelEngine"], {}]
  : [
      ["test/lifecycle/model.reference.test.ts", "test/drift/properties.check.test.ts"],
      { PROVE_MODEL_RUNS: "10000", PROVE_CASES: "25000" },
    ];
const { status } = spawnSync("vitest", ["run", ...args], { stdio: "inherit", env: { ...env, ...process.env } });
process.exitCode = status ?? 1;
