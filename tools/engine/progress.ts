/** What a running `go build -v` has printed, summed up now and then. */
export interface Progress {
  readonly read: (text: string) => void;
  readonly stop: () => void;
  readonly seconds: () => number;
  /** The last lines that are not mere progress: the reason of a failure. */
  readonly tail: () => string;
}

const intervalMs = process.env["CI"] === "true" ? 30_000 : 10_000;

/** Counts downloads and compiled packages and reports every 10 s (30 s in CI). */
export function watchProgress(say: (line: string) => void): Progress {
  const startedAt = performance.now();
  const problems: string[] = [];
  let downloaded = 0;
  let compiled = 0;
  let rest = "";
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const timer = setInterval(
    () => say(`  ${seconds()} s: ${downloaded} modules downloaded, ${compiled} of about 1700 packages compiled`),
    intervalMs,
  );
  return {
    read: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("go: downloading ")) downloaded += 1;
        else if (/^[\w./~-]+$/.test(line)) compiled += 1;
        else problems.push(line);
      }
    },
    stop: () => clearInterval(timer),
    seconds,
    tail: () => [...problems, rest].slice(-20).join("\n").trim(),
  };
}
