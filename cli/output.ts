import { jsonText, oneLine, ownLines } from "../provider/domain/shown.ts";

/** Writes a text of ours to stdout. Values in it are `shown`, or cells of a `table`. */
export function print(text: string): void {
  process.stdout.write(`${ownLines(text)}\n`);
}

/** Writes a value to stdout for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonText(value)}\n`);
}

/** Writes one line to stderr, whatever stands in it. */
export function say(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}

/** Writes a text of ours to stderr, as `print` does to stdout. */
export function sayAll(text: string): void {
  process.stderr.write(`${ownLines(text)}\n`);
}

/**
 * Drops output that nobody reads any more (`| head`): the command goes on, since it may be revoking keys. Returns whether
 * output was lost otherwise, to a full disk for example.
 */
export function watchOutput(): () => boolean {
  let lost = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE" || lost) return;
      lost = true;
      say(`zkscore-keys: the output could not be written (${error.code ?? "unknown"})`);
    });
  }
  return () => lost;
}
