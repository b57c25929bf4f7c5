import { oneLine } from "../domain/shown.ts";
import type { Log } from "../stack/context.ts";

/** Lines on standard error: the engine shows them beside the resource. Each is one line, written once in a process. */
export function stderrLog(): Log {
  const seen = new Set<string>();
  const write = (text: string) => {
    const line = oneLine(text);
    if (seen.has(line)) return;
    seen.add(line);
    process.stderr.write(`${line}\n`);
  };
  return { warn: (line) => write(`warning: ${line}`), info: write };
}
