import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

// Where the deployment puts the key: a mounted Kubernetes or Docker secret, a file of the secret manager's agent.
// A variable won't do: nobody can change it while the process runs.
const keyFile = process.env["ZKSCORE_API_KEY_FILE"] ?? "/run/secrets/zkscore-api-key";
const api = process.env["ZKSCORE_BASE_URL"] ?? "https://api-mainnet.onzks.com/v1";

/** Reads the file for each request, so that a new key is used from the next request on, without a restart. */
async function ask(path: string): Promise<{ status: number; key: string }> {
  const secret = (await readFile(keyFile, "utf8")).trim();
  const answer = await fetch(api + path, { headers: { Authorization: `Bearer ${secret}` } });
  await answer.arrayBuffer();
  return { status: answer.status, key: fingerprint(secret) };
}

/** What `pulumi stack output fingerprint` shows: tells which key it is, and not the key. */
function fingerprint(secret: string): string {
  return createHash("sha256").update(secret).digest("hex").slice(0, 16);
}

/** Asks until it is told to stop, and counts. */
async function main(): Promise<void> {
  let stopped = false;
  process.once("SIGTERM", () => {
    stopped = true;
  });
  let [requests, refused, current] = [0, 0, ""];
  while (!stopped) {
    const { status, key } = await ask("/scores/alice.zks");
    requests += 1;
    if (status !== 200) refused += 1;
    if (key !== current) console.log(`request ${requests}: the key with the fingerprint ${key}`);
    current = key;
    await setTimeout(2);
  }
  console.log(`${requests} requests, ${refused} refused`);
  process.exitCode = refused === 0 ? 0 : 1;
}

void main();
