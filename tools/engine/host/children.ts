import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();

/** Remembers a child until it ends, so that it does not outlive the host. */
export function track(child: ChildProcess): void {
  running.add(child);
  child.on("close", () => running.delete(child));
}

/** Asks every running child to end. */
export function stopChildren(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal);
}
