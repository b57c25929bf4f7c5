import { readdirSync, readFileSync } from "node:fs";
import { runVariable } from "../../test/support/engine/processes.ts";
import { ROLES, type Role, roleOf } from "./role.ts";

/** What the processes of one command cost, as far as it was seen. */
export interface Cost {
  /** Processor time (user and system), ms. */
  readonly cpuMs: Readonly<Record<Role, number>>;
  /** Most memory of a provider process at once (VmHWM), MB. 0 where none ran. */
  readonly providerPeakMB: number;
  /** Of children that this process has reaped, what no look saw: the end of each, at most the pause between two. */
  readonly unseenCpuMs: number;
}

interface Watched {
  role: Role;
  cpuMs: number;
  peakMB: number;
}

const EVERY_MS = 20;
/** Looks at a process before it counts as another's: between fork and exec it has its parent's environment. */
const LOOKS = 3;
/** /proc counts in hundredths of a second, on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * Watches every process that has this run's marker in its environment, until `stop`. A look every 20 ms: a process that
 * ended has no other place where its own time can still be read apart from its siblings'.
 */
export function watchProcesses(marker: string): { stop(): Cost } {
  const mine = new Map<number, Watched>();
  const foreign = new Map<number, number>();
  const wanted = `${runVariable}=${marker}\0`;
  const reapedBefore = reapedMs();
  const look = () => {
    const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
    for (const pid of pids) {
      if (mine.has(pid) || (foreign.get(pid) ?? 0) >= LOOKS) continue;
      if (`${read(pid, "environ")}\0`.includes(wanted)) mine.set(pid, { role: "engine", cpuMs: 0, peakMB: 0 });
      else foreign.set(pid, (foreign.get(pid) ?? 0) + 1);
    }
    // Numbers are given again.
    const alive = new Set(pids);
    for (const pid of foreign.keys()) if (!alive.has(pid)) foreign.delete(pid);
    for (const [pid, watched] of mine) if (alive.has(pid)) update(pid, watched);
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return sum([...mine.values()], reapedMs() - reapedBefore);
    },
  };
}

function update(pid: number, watched: Watched): void {
  const argv = read(pid, "cmdline").split("\0");
  // Gone, or a zombie, which has no command line: what was seen last stands.
  if (argv[0] === "") return;
  watched.role = roleOf(argv);
  watched.cpuMs = Math.max(watched.cpuMs, ownMs(read(pid, "stat")));
  if (watched.role !== "provider") return;
  const [, kilobytes = "0"] = /^VmHWM:\s+(\d+)/m.exec(read(pid, "status")) ?? [];
  watched.peakMB = Math.max(watched.peakMB, Number(kilobytes) / 1024);
}

function sum(all: readonly Watched[], reaped: number): Cost {
  const of = (role: Role) => all.filter((one) => one.role === role).reduce((total, { cpuMs }) => total + cpuMs, 0);
  const [engine = 0, program = 0, provider = 0, policy = 0] = ROLES.map(of);
  return {
    cpuMs: { engine, program, provider, policy },
    providerPeakMB: Math.max(0, ...all.map(({ peakMB }) => peakMB)),
    unseenCpuMs: Math.max(0, reaped - engine - program - provider - policy),
  };
}

/** Fields after the command's name, which may hold spaces: state is the first, utime the twelfth. */
function ticks(stat: string, from: number): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[from] ?? 0) + Number(fields[from + 1] ?? 0)) * TICK_MS;
}

function ownMs(stat: string): number {
  return ticks(stat, 11);
}

/** Of ended children of this process, and of theirs that they have waited for. */
function reapedMs(): number {
  return ticks(readFileSync("/proc/self/stat", "latin1"), 13);
}

function read(pid: number, file: "environ" | "cmdline" | "stat" | "status"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
