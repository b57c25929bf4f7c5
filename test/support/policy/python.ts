import { spawnSync } from "node:child_process";

/** Answers of Python's standard library, as a second opinion: `program` reads JSON from stdin and prints JSON. */
export function python<T>(program: string, input: unknown): T | undefined {
  const run = spawnSync("python3", ["-c", program], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error !== undefined) return undefined; // no Python on this machine
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as T; // a border: the program is the test's own
}
