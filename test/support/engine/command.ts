import { spawn } from "node:child_process";

/** What a command left behind. */
export interface Outcome {
  /** Exit code; -1 when a signal ended it. */
  readonly code: number;
  /** stdout and stderr in the order they came. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Resolves when the output contains `text`; rejects when the command ends without it. */
  readonly until: (text: string) => Promise<void>;
  /** Sends a signal to the command itself, not to what it started. Default SIGKILL. */
  readonly kill: (signal?: NodeJS.Signals) => void;
  readonly done: Promise<Outcome>;
}

/** How to run a command. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs as somebody else. Default: as whoever runs the tests. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** After this the command is killed and `done` rejects: a hang is a failure. */
  readonly timeoutMs: number;
}

/** Starts a command without a terminal or stdin and collects what it prints. */
export function startCommand(executable: string, args: readonly string[], options: CommandOptions): Running {
  const startedAt = performance.now();
  const { cwd, env, user } = options;
  const child = spawn(executable, args, { cwd, env, ...user, stdio: ["ignore", "pipe", "pipe"] });
  const text = { output: "", stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  let ended = false;
  const notify = () => {
    for (const check of waiting) check();
  };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      text[stream] += chunk;
      text.output += chunk;
      notify();
    });
  }
  const done = new Promise<Outcome>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`No end after ${options.timeoutMs} ms: ${args.join(" ")}\n${text.output}`));
    }, options.timeoutMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, ...text, ms: performance.now() - startedAt });
      ended = true;
      notify();
    });
  });
  // Who only kills the command need not wait for it.
  done.catch(() => {});
  const until = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (text.output.includes(wanted)) resolve();
        else if (ended) reject(new Error(`Ended without printing "${wanted}":\n${text.output}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  const kill = (signal: NodeJS.Signals = "SIGKILL") => void child.kill(signal);
  return { pid: child.pid ?? -1, output: () => text.output, until, kill, done };
}
