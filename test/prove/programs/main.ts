import { parseArgs } from "node:util";
import { exitWith } from "../../../tools/exitWith.ts";
import { AVOIDED, avoiding, isAvoided } from "../../support/programs/avoid.ts";
import { belowFloors } from "../../support/programs/floors.ts";
import { generate } from "../../support/programs/generate.ts";
import { type Named, type Played, playAll } from "../../support/programs/histories.ts";
import { play } from "../../support/programs/play.ts";
import type { Case } from "../../support/programs/program.ts";
import { SABOTAGES, type Sabotage, sabotage } from "../../support/programs/sabotage.ts";
import { save, savedCases } from "../../support/programs/saved.ts";
import { kindOf, shrink } from "../../support/programs/shrink.ts";
import { sum } from "../../support/programs/tally.ts";
import { makeTemplate, type Template } from "../../support/programs/world.ts";
import { line, report, writeStories } from "./report.ts";

const USAGE = `Random programs and histories through the real engine, judged after every command.

  npm run prove:programs -- [--seed N] [--runs N] [--budget-seconds S]

  --seed            of the first history; default: the clock
  --runs            random histories; default 200
  --budget-seconds  no history starts after this
  --concurrency     histories at the same time; default 2
  --only N          the history of this number alone, or the saved case of this name, with all it printed
  --saved           the saved cases alone; otherwise they go first
  --random          random histories alone
  --keep-going      play all, and write what failed to .zkscore/programs-failed.json, instead of shrinking and saving the first
  --avoid A,B       leave out of what is generated: ${AVOIDED.join(", ")}; or all of them
  --shrink N        trials for a smaller case; default 40
  --sabotage NAME   take a mend out of a copy of the package: the fault must be found. all, or one of
                    ${SABOTAGES.map(({ name }) => name).join(", ")}
  --package DIR     the built package of another checkout
`;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string", default: "200" },
    "budget-seconds": { type: "string", default: "Infinity" },
    concurrency: { type: "string", default: "2" },
    only: { type: "string" },
    saved: { type: "boolean" },
    random: { type: "boolean" },
    "keep-going": { type: "boolean" },
    avoid: { type: "string", default: "" },
    shrink: { type: "string", default: "40" },
    sabotage: { type: "string" },
    package: { type: "string" },
    help: { type: "boolean" },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const avoided = (values.avoid === "all" ? AVOIDED : values.avoid.split(",")).filter(isAvoided);

function random(number: number): Named {
  return { name: `#${number}`, case: avoiding(generate(seed, number), avoided) };
}

function* cases(withSaved: boolean, runs: number): Generator<Named> {
  if (withSaved) for (const { name, saved } of savedCases()) yield { name, case: saved.case };
  for (let number = 0; number < runs; number += 1) yield random(number);
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  process.stderr.write(`programs: seed ${seed}\n`);
  if (values.sabotage !== undefined) return sabotaged(values.sabotage);
  const template = await makeTemplate(values.package);
  try {
    return await (values.only === undefined ? prove(template) : only(template, values.only));
  } finally {
    template.dispose();
  }
}

function limits() {
  const deadline = performance.now() + Number(values["budget-seconds"]) * 1000;
  return { concurrency: Number(values.concurrency), deadline, keepGoing: values["keep-going"] === true };
}

function tell(played: Played, count: number): void {
  process.stderr.write(`${count} ${line(played)}\n`);
}

async function prove(template: Template): Promise<number> {
  const started = performance.now();
  const results = await playAll(
    template,
    cases(!values.random, values.saved ? 0 : Number(values.runs)),
    limits(),
    tell,
  );
  process.stdout.write(report(results, performance.now() - started, seed));
  const failed = results.filter(({ verdict }) => verdict.wrong.length > 0);
  const [first] = failed;
  if (values["keep-going"]) writeStories(failed);
  else if (first !== undefined) await saveSmallest(template, first);
  const histories = results.filter(({ name }) => name.startsWith("#")).length;
  const missing = belowFloors(sum(results.map(({ verdict }) => verdict.tally)), histories);
  for (const text of missing) process.stdout.write(`too little: ${text}\n`);
  return failed.length === 0 && missing.length === 0 ? 0 : 1;
}

async function only(template: Template, name: string): Promise<number> {
  const saved = savedCases().find((one) => one.name === name)?.saved.case;
  const it = saved ?? random(Number(name)).case;
  const { wrong, story } = await play(template, it);
  process.stdout.write([JSON.stringify(it, undefined, 1), ...story, "", ...wrong, ""].join("\n"));
  return wrong.length === 0 ? 0 : 1;
}

/** With a mend taken out a random history must fail: saved cases don't count. */
async function sabotaged(wanted: string): Promise<number> {
  const chosen = SABOTAGES.filter(({ name }) => wanted === "all" || wanted === name);
  if (chosen.length === 0) throw new Error(`no sabotage has that name; see --help`);
  let missed = 0;
  for (const one of chosen) missed += (await finds(one)) ? 0 : 1;
  return missed === 0 ? 0 : 1;
}

async function finds(one: Sabotage): Promise<boolean> {
  const template = await makeTemplate(values.package);
  try {
    sabotage(template.packageFolder, one);
    const results = await playAll(template, cases(false, Number(values.runs)), { ...limits(), keepGoing: false }, tell);
    const found = results.find(({ verdict }) => verdict.wrong.length > 0);
    const after = `${results.length} histories`;
    const result =
      found === undefined
        ? `NOT found in ${after}`
        : `found after ${after}, ${found.name}: ${found.verdict.wrong[0]?.split("\n")[0]}`;
    process.stdout.write(`sabotage ${one.name} (no longer: ${one.takesOut}): ${result}\n`);
    return found !== undefined;
  } finally {
    template.dispose();
  }
}

async function saveSmallest(template: Template, { name, case: it, verdict }: Played): Promise<void> {
  const [wrong = ""] = verdict.wrong;
  process.stdout.write(`${name}: ${verdict.wrong.join("\n")}\n`);
  if (!name.startsWith("#")) return;
  const fails = async (smaller: Case) => {
    const { wrong: now } = await play(template, smaller);
    const same = now.some((text) => kindOf(text) === kindOf(wrong));
    process.stderr.write(same ? "smaller\n" : `${now[0]?.split("\n")[0] ?? "passes"}\n`);
    return same;
  };
  const { smallest, tried } = await shrink(it, fails, Number(values.shrink));
  const from = { seed, number: Number(name.slice(1)) };
  const file = save(`seed-${seed}-${from.number}`, {
    found: wrong.split("\n")[0] ?? "",
    from,
    quick: false,
    case: smallest,
  });
  process.stdout.write(
    `shrunk in ${tried} trials, saved as test/programs/${file}:\n${JSON.stringify(smallest, undefined, 1)}\n`,
  );
}

void exitWith(main());
