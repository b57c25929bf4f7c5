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
      process.stderr.write(`zkscore-keys: the output could not be written (${error.code ?? "unknown"})\n`);
    });
  }
  return () => lost;
}
