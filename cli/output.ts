import { styleText } from "node:util";
import { jsonText, oneLine, ownLines } from "../provider/domain/shown.ts";
import { type Line, type Part, type Tone, textOf } from "./lines.ts";

/** Writes a text of ours to stdout. Values in it are `shown`, or cells of a `table`. */
export function print(text: string): void {
  process.stdout.write(`${ownLines(text)}\n`);
}

const COLOURS = { good: "green", warn: "yellow", bad: "red", quiet: "gray", strong: "bold" } as const satisfies Record<
  Tone,
  string
>;

/** Writes lines to stdout, in colours where a terminal reads them and NO_COLOR isn't set. */
export function printLines(lines: readonly Line[]): void {
  const coloured = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";
  const paint = (text: string, part: Part) => {
    if (!coloured || typeof part === "string") return text;
    return styleText(COLOURS[part.tone], text, { validateStream: false });
  };
  const painted = (line: Line) => line.map((part) => paint(oneLine(textOf(part)), part)).join("");
  process.stdout.write(`${lines.map(painted).join("\n")}\n`); // through oneLine(), part by part
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
