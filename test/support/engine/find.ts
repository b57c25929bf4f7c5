import { type Engine, ensureEngine } from "../../../tools/engine/ensureEngine.ts";

let found: Promise<Engine> | undefined;

/** The engine that tests and proofs run with; found or built once per process. */
export function testEngine(): Promise<Engine> {
  found ??= ensureEngine();
  return found;
}
