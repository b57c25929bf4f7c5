import { cured } from "./cures.ts";
import type { Command, KeyDecl, Program } from "./program.ts";
import { advisesRefresh, failuresIn, lacks, targetsTooLittle } from "./refusal.ts";

/** A command that failed. */
export interface Failed {
  command: Command;
  output: string;
  program: Program;
  /** The keys as first declared. */
  all: readonly KeyDecl[];
  /** The command had read the account. */
  refreshed: boolean;
  /** The account holds other keys of this name than before, or changed ones, though nothing allows that. */
  changed(name: string): boolean;
}

/**
 * What a failure advises: run this next, perhaps with another program, or after a key was revoked by hand; or why it is no
 * failure that can stand.
 */
export type Advice = { next: Command; program?: Program; revoke?: string; kind: string } | { wrong: string };

export function adviceOf({ command, output, program, all, refreshed, changed }: Failed): Advice {
  // Pulumi's own words, under whatever resource: a target that can't go alone.
  if (command.target !== undefined && targetsTooLittle(output))
    return { next: { verb: "up" }, kind: "targets that were too few" };
  const failures = failuresIn(output);
  for (const failure of failures) {
    const missing = lacks(failure);
    if (missing.length > 0)
      return { wrong: `${failure.key}: fails without ${missing.join(" and ")}:\n${failure.text}` };
    if (changed(failure.key))
      return { wrong: `${failure.key}: refused, and yet the account changed:\n${failure.text}` };
  }
  const named = failures.length > 0;
  if (command.outage !== undefined && (named || /remedy: /.test(output))) {
    return { next: { verb: "up", refresh: true }, kind: "outages that passed" };
  }
  const without = cured(program, all, output);
  if (without !== undefined && all.some(({ name }) => output.includes(name))) {
    return { next: command, program: without, kind: "programs refused by name" };
  }
  if (named && advisesRefresh(output) && !refreshed) {
    return { next: { ...command, refresh: true }, kind: "refusals that advise a refresh" };
  }
  // Both clocks are named, and a machine's can't be set here: what reads the account knows the server's.
  if (named && /ZKS_CLOCK/.test(output) && !refreshed) {
    return { next: { ...command, refresh: true }, kind: "refusals for the clock" };
  }
  const taken = /is taken by key (key_\w+)[\s\S]*remedy: if [^:]*: revoke it in the account/.exec(output)?.[1];
  if (taken !== undefined && refreshed)
    return { next: command, revoke: taken, kind: "keys revoked by hand, as advised" };
  const [first] = failures;
  if (first === undefined) return { wrong: `fails and names no key:\n${output}` };
  return { wrong: `${first.key}: refused, and no remedy is left:\n${first.text}` };
}
