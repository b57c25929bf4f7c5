import { play, type Verdict } from "./play.ts";
import type { Case } from "./program.ts";
import type { Template } from "./world.ts";

/** A case to play, and what it is called. */
export interface Named {
  name: string;
  case: Case;
}

export interface Played extends Named {
  verdict: Verdict;
}

export interface Limits {
  concurrency: number;
  /** Of `performance.now()`: no case starts after it. */
  deadline: number;
  keepGoing: boolean;
}

/** Plays cases, several at a time, until one fails, or all of them. */
export async function playAll(
  template: Template,
  cases: Iterator<Named>,
  { concurrency, deadline, keepGoing }: Limits,
  onPlayed: (played: Played, count: number) => void,
): Promise<Played[]> {
  const results: Played[] = [];
  const goesOn = () =>
    performance.now() < deadline && (keepGoing || results.every(({ verdict }) => verdict.wrong.length === 0));
  const worker = async () => {
    while (goesOn()) {
      const { value: named, done } = cases.next();
      if (done) return;
      const played = { ...named, verdict: await play(template, named.case) };
      results.push(played);
      onPlayed(played, results.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}
