import { parseArgs } from "node:util";
import { cellProof } from "../../support/crashCell.ts";
import { defaultCells, possibleCells } from "../../support/crashMatrix.ts";
import { runProofs } from "../../support/crashRun.ts";
import { record } from "../../support/crashWorld.ts";

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean" },
      json: { type: "boolean" },
      verbose: { type: "boolean" },
      concurrency: { type: "string", default: "2" },
    },
  });
  const cells = values.all ? possibleCells() : defaultCells();
  const proofs = cells.map(cellProof).filter(({ name }) => positionals.every((part) => name.includes(part)));
  const recording = await record();
  try {
    const results = await runProofs(
      recording,
      proofs,
      Number(values.concurrency),
      ({ name, wrong, ms, story }, done) => {
        process.stderr.write(
          `${done}/${proofs.length} ${wrong.length === 0 ? "ok " : "RED"} ${name} ${(ms / 1000).toFixed(1)} s\n`,
        );
        for (const line of wrong) process.stderr.write(`    ${line}\n`);
        if (values.verbose) process.stderr.write(`${story}\n`);
      },
    );
    return results.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
  } finally {
    recording.dispose();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : "failed"}\n`);
    process.exitCode = 1;
  },
);
