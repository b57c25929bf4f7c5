import { readdirSync, readFileSync } from "node:fs";

/** Set in the environment of everything that a test's stack starts. */
export const runVariable = "ZKSCORE_TEST_RUN";

/** Processes of one test run, by what their command line contains. Linux only: reads /proc. */
export function pidsOf(run: string, commandPart = ""): number[] {
  const marker = `${runVariable}=${run}\0`;
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => `${read(pid, "environ")}\0`.includes(marker) && read(pid, "cmdline").includes(commandPart));
}

/** Kills each of these processes at once, as a crash or the kernel would. */
export function killHard(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

function read(pid: number, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
