import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AVOIDED, avoiding, isAvoided } from "../../support/programs/avoid.ts";
import { generate as generateAll } from "../../support/programs/generate.ts";
import { play, type Verdict } from "../../support/programs/play.ts";
import type { Case } from "../../support/programs/program.ts";
import { save } from "../../support/programs/saved.ts";
import { kindOf, shrink } from "../../support/programs/shrink.ts";
import { sum, type Tally } from "../../support/programs/tally.ts";
import { makeTemplate, type Template } from "../../support/programs/world.ts";

const USAGE = `Random programs and histories through the real engine, judged after every command.

  npm run prove:programs -- [--seed N] [--runs N] [--budget-seconds S] [--concurrency N]

  --seed            of the first history; default: the clock
  --runs            histories; default 200
  --budget-seconds  no new history starts after this; default none
  --concurrency     histories at the same time; default 2
  --only N          the history of this number alone, with all it printed
  --keep-going      collect failures by kind instead of shrinking and saving the first
  --avoid A,B       leave out: ${AVOIDED.join(", ")}; or all of them
  --shrink N        trials for a smaller case; default 40
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      runs: { type: "string", default: "200" },
      "budget-seconds": { type: "string", default: "Infinity" },
      concurrency: { type: "string", default: "2" },
      only: { type: "string" },
      "keep-going": { type: "boolean" },
      shrink: { type: "string", default: "40" },
      avoid: { type: "string", default: "" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const avoided = (values.avoid === "all" ? AVOIDED : values.avoid.split(",")).filter(isAvoided);
  const generate = (from: number, number: number) => avoiding(generateAll(from, number), avoided);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const runs = Number(values.runs);
  const started = performance.now();
  const template = await makeTemplate();
  try {
    process.stderr.write(`programs: seed ${seed}, up to ${runs} histories\n`);
    if (values.only !== undefined) {
      const it = generate(seed, Number(values.only));
      const { wrong, story } = await play(template, it);
      process.stdout.write([JSON.stringify(it, undefined, 1), ...story, "", ...wrong, ""].join("\n"));
      return wrong.length === 0 ? 0 : 1;
    }
    const results: { number: number; it: Case; verdict: Verdict }[] = [];
    const deadline = started + Number(values["budget-seconds"]) * 1000;
    let next = 0;
    let stopped = false;
    const worker = async () => {
      while (next < runs && !stopped && performance.now() < deadline) {
        const number = next++;
        const it = generate(seed, number);
        const verdict = await play(template, it);
        results.push({ number, it, verdict });
        const word = verdict.wrong.length === 0 ? "ok " : "RED";
        process.stderr.write(
          `${results.length} ${word} #${number} ${(verdict.ms / 1000).toFixed(1)} s ${verdict.wrong[0] ?? ""}\n`,
        );
        if (verdict.wrong.length > 0 && !values["keep-going"]) stopped = true;
      }
    };
    await Promise.all(Array.from({ length: Number(values.concurrency) }, worker));
    const minutes = (performance.now() - started) / 60_000;
    const failed = results.filter(({ verdict }) => verdict.wrong.length > 0);
    const tally = sum(results.map(({ verdict }) => verdict.tally));
    print(tally);
    const commands = results.reduce((total, { verdict }) => total + verdict.commands, 0);
    process.stdout.write(
      `${results.length} histories, ${commands} commands, ${minutes.toFixed(1)} minutes, ${(results.length / minutes).toFixed(1)} histories a minute, ${failed.length} failed; seed ${seed}\n`,
    );
    if (values["keep-going"]) {
      const out = failed.map(({ number, it, verdict }) => ({ number, wrong: verdict.wrong, it, story: verdict.story }));
      writeFileSync(".zkscore/programs-failed.json", JSON.stringify(out, undefined, 1));
    } else if (failed[0] !== undefined) await saveSmallest(template, seed, failed[0], Number(values.shrink));
    return failed.length === 0 ? 0 : 1;
  } finally {
    template.dispose();
  }
}

async function saveSmallest(
  template: Template,
  seed: number,
  { number, it, verdict }: { number: number; it: Case; verdict: Verdict },
  trials: number,
): Promise<void> {
  const kind = kindOf(verdict.wrong[0] ?? "");
  const fails = async (smaller: Case) => {
    const { wrong } = await play(template, smaller);
    const same = wrong.some((line) => kindOf(line) === kind);
    process.stderr.write(
      same ? "smaller\n" : `${wrong.length === 0 ? "passes" : `other: ${wrong[0]?.split("\n")[0]}`}\n`,
    );
    return same;
  };
  const { smallest, tried } = await shrink(it, fails, trials);
  const file = save({ found: verdict.wrong[0]?.split("\n")[0] ?? "", seed, number, case: smallest });
  process.stdout.write(
    `shrunk in ${tried} trials, saved as test/programs/${file}:\n${JSON.stringify(smallest, undefined, 1)}\n${verdict.wrong.join("\n")}\n`,
  );
}

function print(tally: Tally): void {
  for (const label of Object.keys(tally).sort()) process.stdout.write(`${String(tally[label]).padStart(6)} ${label}\n`);
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
