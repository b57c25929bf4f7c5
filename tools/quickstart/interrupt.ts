/** Whether someone asked this process to stop. */
export interface Interrupts {
  seen(): boolean;
  /** Throws once someone did: call it before each step. */
  check(): void;
}

/**
 * Ctrl-C while `pulumi` runs: the terminal gives it to the CLI too, which ends in its own time and stores what its
 * handlers return. So this process waits for it, and stops before its own next step.
 */
export function watchInterrupts(): Interrupts {
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      interrupted = true;
    });
  }
  return {
    seen: () => interrupted,
    check: () => {
      if (interrupted) throw new Error("interrupted");
    },
  };
}
