/** What the oldest Node that works is: undici needs it. */
const OLDEST = [22, 19] as const;

/** Why this package can't work in this process, as cause and remedy; undefined where it can. */
export function runtimeFault(versions: Readonly<Record<string, string | undefined>> = process.versions) {
  const remedy = `run it with Node ${OLDEST.join(".")} or newer (\`node --version\` in the folder of Pulumi.yaml says which is used)`;
  if (versions["bun"] !== undefined) {
    return { why: "Bun runs it, and keys need Node's own network modules", remedy };
  }
  const [major = 0, minor = 0] = (versions["node"] ?? "").split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return { why: `Node ${versions["node"]} runs it, and that is too old`, remedy };
}
