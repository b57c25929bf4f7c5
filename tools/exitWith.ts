import { ownLines } from "../provider/domain/shown.ts";
import { messageOf } from "./engine/errors.ts";

/** Ends this process with the code that a command comes to; a failure is printed, and is 1. */
export async function exitWith(code: Promise<number>): Promise<void> {
  try {
    process.exitCode = await code;
  } catch (error) {
    process.stderr.write(`${ownLines(messageOf(error))}\n`);
    process.exitCode = 1;
  }
}
