import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { exitWith } from "./exitWith.ts";
import { type Cell, compile, RESOLUTIONS } from "./typesCheck/compile.ts";
import { compiler, VERSIONS } from "./typesCheck/compilers.ts";
import { BASELINE, PROGRAMS, RUN, RUN_PRINTS } from "./typesCheck/programs.ts";
import { makeProject, type Project } from "./typesCheck/project.ts";

/**
 * `npm run check:types`: a user's programs, on the packed package, with Pulumi's own template and without skipLibCheck,
 * under TypeScript 5.0 to 7 and every module resolution in which Pulumi's own types are found. What the same compiler says
 * of Pulumi's types alone isn't ours. Then the programs run, and the control: three planted faults must be found.
 */
const AT_ONCE = 2;

/** Where Pulumi's own types aren't found either. Another cell that drops out is a failure of this check. */
const EXCLUDED = [...VERSIONS.map((version) => `${version} classic`), "7.0.2 node10"];

interface Verdict {
  ours: readonly string[];
  pulumis: number;
  excluded?: string;
}

/** What each compiler says of Pulumi's types alone; the way to find them makes no difference to it. */
const known = new Map<string, ReadonlySet<string>>();

async function judge(project: Project, cell: Cell): Promise<Verdict> {
  const esm = cell.resolution === "node16" || cell.resolution === "nodenext" || cell.resolution === "bundler";
  const files = Object.keys(PROGRAMS).flatMap((file) => (esm ? [file, file.replace(".ts", ".mts")] : [file]));
  const found = await compile(project.folder, cell, files);
  const split = (): Verdict => {
    const pulumis = known.get(cell.version);
    const ours = found.map(({ text }) => text).filter((text) => pulumis?.has(text) !== true);
    return { ours, pulumis: found.length - ours.length };
  };
  if (split().ours.length === 0) return split();
  const alone = await compile(project.folder, cell, ["baseline.ts"]);
  const blocking = alone.find(({ file }) => file === undefined || file === "baseline.ts");
  if (blocking !== undefined) return { ours: [], pulumis: 0, excluded: blocking.text };
  known.set(cell.version, new Set([...(known.get(cell.version) ?? []), ...alone.map(({ text }) => text)]));
  return split();
}

async function matrix(project: Project): Promise<string[]> {
  const cells: Cell[] = [];
  for (const version of VERSIONS) {
    const folder = await compiler(version);
    cells.push(...RESOLUTIONS.map((resolution) => ({ version, compiler: folder, resolution })));
  }
  const failures: string[] = [];
  const excluded: string[] = [];
  const work = cells[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const cell of work) {
      const name = `${cell.version} ${cell.resolution}`;
      const verdict = await judge(project, cell);
      if (verdict.excluded !== undefined) excluded.push(name);
      const said = verdict.excluded === undefined ? `${verdict.ours.length} errors of ours` : "excluded";
      const why = verdict.excluded ?? (verdict.pulumis === 0 ? "" : `${verdict.pulumis} of Pulumi's own types`);
      console.log(`TypeScript ${name.padEnd(15)} ${said}${why === "" ? "" : ` (${why})`}`);
      failures.push(...verdict.ours.slice(0, 5).map((text) => `${name}: ${text}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const name of excluded) if (!EXCLUDED.includes(name)) failures.push(`${name}: Pulumi's types weren't found`);
  for (const name of EXCLUDED) if (!excluded.includes(name)) failures.push(`${name}: listed as excluded, and isn't`);
  console.log(`${cells.length - excluded.length} cells checked, ${excluded.length} excluded`);
  return failures;
}

/** The programs found their names at run time, too. */
async function runs(project: Project, cell: Cell): Promise<string[]> {
  project.write(RUN);
  const found = await compile(project.folder, cell, ["compiled.ts"], true);
  const failures = found.map(({ text }) => text).filter((text) => known.get(cell.version)?.has(text) !== true);
  for (const file of ["bin/compiled.js", "required.cjs", "imported.mjs"]) {
    const printed = execFileSync(process.execPath, [join(project.folder, file)], { encoding: "utf8" }).trim();
    console.log(`${basename(file)} prints ${printed}`);
    if (printed !== RUN_PRINTS) failures.push(`${file} prints ${printed}`);
  }
  return failures;
}

/** Each fault that this check is for, planted in the installed package, must be found where it shows. */
async function control(project: Project, cell: Cell): Promise<string[]> {
  const faults: [string, string, (text: string) => string, RegExp][] = [
    ["a type of zod's", "provider/functions.d.ts", (text) => `${text}export type A = import("zod").ZodType;\n`, /zod/],
    [
      "a wrong type",
      "provider/resources/account.d.ts",
      (text) => text.replaceAll("totalRequests: number", "totalRequests: string"),
      /^index\.ts/,
    ],
    [
      "no types for moduleResolution node",
      "../policy/package.json",
      (text) => text.replace('"types"', '""'),
      /^policy\.ts/,
    ],
  ];
  for (const [, path, plant] of faults) {
    const file = join(project.installed, "dist", path);
    writeFileSync(file, plant(readFileSync(file, "utf8")));
  }
  const { ours } = await judge(project, cell);
  return faults.flatMap(([name, , , where]) => {
    const count = ours.filter((text) => where.test(text)).length;
    console.log(`control, ${name}: ${count} errors`);
    return count === 0 ? [`control: ${name} was not found`] : [];
  });
}

async function main(): Promise<number> {
  const started = performance.now();
  const project = await makeProject();
  try {
    const programs = Object.entries(PROGRAMS);
    project.write({ ...PROGRAMS, "baseline.ts": BASELINE, "package.json": '{ "name": "program" }' });
    project.write(Object.fromEntries(programs.map(([file, text]) => [file.replace(".ts", ".mts"), text])));
    const oldest: Cell = { version: "5.0.4", compiler: await compiler("5.0.4"), resolution: "node10" };
    const failures = [
      ...(await matrix(project)),
      ...(await runs(project, oldest)),
      ...(await control(project, oldest)),
    ];
    for (const failure of failures) console.error(failure);
    console.log(`${Math.round((performance.now() - started) / 1000)} s`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    rmSync(project.folder, { recursive: true, force: true });
  }
}

void exitWith(main());
