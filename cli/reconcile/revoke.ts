import { isLive, nameOf } from "../../provider/api/keyStatus.ts";
import type { KeyApi } from "../../provider/api/types.ts";
import { say } from "../output.ts";
import type { Comparison, Finding } from "./compare.ts";

/** Orphans that may go: those nobody used, with `used` the others too; never one that something holds. */
export function revocable({ findings }: Comparison, used: boolean): Finding[] {
  return findings.filter(
    ({ relation, hold, neverUsed }) => relation === "orphaned" && hold === undefined && (used || neverUsed),
  );
}

/**
 * Revokes the keys that a second, fresh look still finds revocable: between the first look and the answer at the
 * terminal minutes may pass. Returns their ids.
 */
export async function revokeAll(
  client: KeyApi,
  asked: readonly Finding[],
  look: () => Promise<Finding[]>,
): Promise<string[]> {
  const ids = new Set(asked.map(({ key }) => key.id));
  const still = (await look()).filter(({ key }) => ids.has(key.id));
  const revoked: string[] = [];
  for (const { key } of still) {
    const outcome = await client.revoke(key.id);
    const gone = outcome === "gone" ? (await client.list("fresh")).keys.get(key.id) : undefined;
    if (gone !== undefined && isLive(gone)) {
      say(`${nameOf(key)} was NOT revoked: the API answers 404 and still lists it`);
      continue;
    }
    revoked.push(key.id);
    say(`revoked ${revoked.length} of ${still.length}: ${nameOf(key)}`);
  }
  return revoked;
}
