import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { dirname, join } from "node:path";
import { testEngine } from "../test/support/engine/find.ts";
import { exitWith } from "../tools/exitWith.ts";
import { packageRoot } from "../tools/root.ts";
import { PULUMI_CONTESTANTS } from "./contestants/pulumi.ts";
import { tofuContestant } from "./contestants/tofu.ts";
import { type BenchOptions, parseOptions, USAGE } from "./options.ts";
import { betweenMarks } from "./report/figures.ts";
import { plot } from "./report/plot.ts";
import { report } from "./report/report.ts";
import type { PolicyCost, Results, Small } from "./results.ts";
import { runRounds } from "./rounds.ts";
import { measureClient } from "./small/client.ts";
import { measureHandlers } from "./small/handlers.ts";
import { measurePolicy } from "./small/policy.ts";
import { measureStarts } from "./small/startup.ts";
import { findTofu } from "./tofu/find.ts";

const PAGE = join(packageRoot, "docs", "figures.md");
const PLOT = join(packageRoot, "docs", "figures", "speed.svg");

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  const contestants = chosen(options);
  const engine = await testEngine();
  const started = new Date().toISOString();
  const machine = `${cpus().length} cores, Linux ${release()}, Node ${process.versions.node}, engine ${engine.source}, load ${loadavg()[0]?.toFixed(1)} at the start`;
  say(`bench: ${started}, ${machine}; seed ${options.seed}, ${options.repeats} repeats`);
  const rounds = await runRounds({ ...options, contestants }, say);
  const small = options.small ? await measureSmall(options) : undefined;
  const policy = options.small ? await measurePolicies(options) : [];
  const results: Results = { started, machine, options: { ...options }, ...rounds, small, policy };
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
  process.stdout.write(`${report(results, false)}\n`);
  if (options.write) write(results, options);
  return rounds.failures.length === 0 ? 0 : 1;
}

function chosen({ contestants }: BenchOptions) {
  const found = PULUMI_CONTESTANTS.filter(({ name }) => contestants.includes(name));
  if (!contestants.includes("tofu")) return found;
  const tofu = findTofu(say);
  if (typeof tofu !== "string") return [...found, tofuContestant(tofu)];
  say(tofu);
  return found;
}

async function measureSmall({ repeats }: BenchOptions): Promise<Small> {
  say("start-up of program and provider");
  const starts = await measureStarts(repeats * 3);
  say("check and diff alone");
  const handlers = await measureHandlers();
  say("client");
  return { ...starts, ...handlers, client: await measureClient() };
}

async function measurePolicies({ keys, repeats }: BenchOptions): Promise<PolicyCost[]> {
  const costs: PolicyCost[] = [];
  for (const count of keys) {
    say(`policy pack on a preview of ${count} keys`);
    costs.push(await measurePolicy(count, repeats));
  }
  return costs;
}

function write(results: Results, { keys, latencies, repeats, seed }: BenchOptions): void {
  const about = `${results.started.slice(0, 10)}, ${results.machine}; keys ${keys.join(", ")}; latency ${latencies.join(", ")} ms; medians of ${repeats}; seed ${seed}.`;
  const picture = "![Seconds over the number of keys, a panel for each operation](figures/speed.svg)";
  writeFileSync(PAGE, betweenMarks(readFileSync(PAGE, "utf8"), [about, picture, report(results, true)].join("\n\n")));
  mkdirSync(dirname(PLOT), { recursive: true });
  writeFileSync(PLOT, plot(results));
  say(`Written: ${PAGE}, ${PLOT}`);
}

void exitWith(main());
