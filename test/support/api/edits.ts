import type { Emulator } from "../../../emulator/index.ts";

const LATER = "2199-01-01T00:00:00Z";

/** The next `times` listings show every key with another end; no operation of the contract changes it. */
export async function prolong(at: Emulator, times: number): Promise<void> {
  const answer = await fetch(`${at.url}/developer/keys?limit=100&offset=0`, {
    headers: { authorization: `Bearer ${at.accounts[0]?.token}` },
  });
  const text = (await answer.text()).replaceAll(/"expiry":(null|"[^"]*")/g, `"expiry":"${LATER}"`);
  if (!text.includes(LATER)) throw new Error("no listed key has an end");
  at.faults.add({ operation: "list", kind: "status", status: 200, body: JSON.parse(text), times });
}
