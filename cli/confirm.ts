import { createInterface } from "node:readline/promises";
import { oneLine } from "../provider/domain/shown.ts";
import { say } from "./output.ts";

/** Asks at the terminal. Ctrl-C and Ctrl-D are a no. */
export async function confirmed(what: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = new Promise<string>((resolve) => {
    const no = () => {
      say("");
      resolve("");
    };
    terminal.once("SIGINT", no);
    terminal.once("close", no);
  });
  try {
    const question = terminal.question(`${oneLine(what)} Only "yes" does it: `);
    const answer = await Promise.race([question, left]);
    return answer.trim().toLowerCase() === "yes";
  } finally {
    terminal.removeAllListeners("close");
    terminal.close();
  }
}
