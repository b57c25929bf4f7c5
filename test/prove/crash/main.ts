import { parseArgs } from "node:util";
import { exitWith } from "../../../tools/exitWith.ts";
import { cellProof } from "../../support/crash/cell.ts";
import { CONTROLS } from "../../support/crash/controls.ts";
import { allCells, defaultCells, possibleCells } from "../../support/crash/matrix.ts";
import { type Result, runProofs } from "../../support/crash/run.ts";
import { SEQUENCES } from "../../support/crash/sequences.ts";
import { record } from "../../support/crash/world.ts";
import { report } from "./report.ts";

const USAGE = `Kills the real engine and the provider at every moment of every operation, and sees what is left.

  npm run prove:crash -- [PART...] [--all] [--concurrency N] [--json] [--verbose]

  PART            only what has all these texts in its name: rotate "/ engine /", control, compromised
  --all           every cell that can occur, ${possibleCells().length}; default ${defaultCells().length}: each operation x phase x kind
                  once, with what comes after going round
  --component     the cells' key and its consumer are children of a component
  --configured    the stack's configuration changes between the crash and what comes after it
  --concurrency   stacks at the same time; default 2
  --json          the result as JSON on stdout
  --verbose       for each: what the commands printed, the requests and the keys
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean" },
      component: { type: "boolean" },
      configured: { type: "boolean" },
      concurrency: { type: "string", default: "2" },
      json: { type: "boolean" },
      verbose: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const concurrency = Number(values.concurrency);
  if (values.help || !Number.isInteger(concurrency) || concurrency < 1) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  const wanted = ({ name }: { name: string }) => positionals.every((part) => name.includes(part));
  const cells = (values.all ? possibleCells() : defaultCells()).map(cellProof);
  const setting = { component: values.component === true, configured: values.configured === true };
  // Sequences and controls write programs of their own.
  const others = setting.component || setting.configured ? [] : [...CONTROLS, ...SEQUENCES];
  const proofs = [...others, ...cells].filter(wanted);
  if (proofs.length === 0) throw new Error("nothing has that name; see --help");
  const started = performance.now();
  const recording = await record(setting);
  const tell = (result: Result, done: number) => {
    process.stderr.write(`${done}/${proofs.length} ${line(result)}\n`);
    if (values.verbose) process.stderr.write(`${result.story}\n`);
  };
  try {
    const results = await runProofs(recording, proofs, concurrency, tell);
    const summary = report(results, allCells(), performance.now() - started);
    process.stdout.write(values.json ? `${JSON.stringify(summary.json, undefined, 2)}\n` : summary.text);
    return results.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
  } finally {
    recording.dispose();
  }
}

function line({ name, wrong, ms }: Result): string {
  const verdict = wrong.length === 0 ? "ok " : "RED";
  return [`${verdict} ${name} ${(ms / 1000).toFixed(1)} s`, ...wrong.map((one) => `    ${one}`)].join("\n");
}

void exitWith(main());
