/**
 * Ctrl-C while `pulumi` runs: the terminal gives it to the CLI too, which ends in its own time and stores what its
 * handlers return. So this process waits for it, and stops before its own next step.
 */
export function interruptible(step: (title: string) => void): (title: string) => void {
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      interrupted = true;
    });
  }
  return (title) => {
    if (interrupted) throw new Error("Interrupted. What was done is kept; `npm start` goes on from there.");
    step(title);
  };
}
