import { expect } from "vitest";
import { accountAt, DAY, HOUR, keys, SCORES, simStack, works } from "./world.ts";

export interface Year {
  ups: number;
  rotations: number;
  endings: number;
}

const OVERLAP = 2 * DAY;

/**
 * A year of one rotating key with `up` every `days` days. Before and after each the dependents' secret is let in; every
 * key that was replaced lives at least its overlap and at most that plus one interval; all other runs change nothing.
 */
export async function liveAYear(days: number, host: "inProcess" | "process"): Promise<Year> {
  const api = await accountAt();
  const stack = simStack({ api, host });
  const program = keys({ a: { ...SCORES, rotation: { every: "30d", window: "3d", overlap: "2d" } } });
  const year: Year = { ups: 0, rotations: 0, endings: 0 };
  try {
    await stack.up(program);
    for (let day = days; day <= 365; day += days) {
      api.advance(days * DAY);
      expect(await works(api, stack.deployed.get("a"))).toBe(true);
      const before = { since: api.journal().length, key: stack.key("a")?.id };
      await stack.up(program);
      year.ups += 1;
      expect(await works(api, stack.deployed.get("a"))).toBe(true);
      const changed = api
        .journal()
        .slice(before.since)
        .filter(({ operation }) => /create|revoke|update/.test(operation));
      if (stack.key("a")?.id !== before.key) year.rotations += 1;
      year.endings += changed.filter(({ operation }) => operation === "revoke").length;
      const creates = changed.filter(({ operation }) => operation === "create").length;
      expect(creates).toBe(stack.key("a")?.id === before.key ? 0 : 1);
    }
    const all = api.keys();
    for (const [index, key] of all.entries()) {
      const successor = all[index + 1];
      if (successor === undefined) continue;
      const lived = (key.revokedAt === null ? api.now() : Date.parse(key.revokedAt)) - Date.parse(successor.createdAt);
      if (key.revokedAt !== null) expect(lived).toBeGreaterThanOrEqual(OVERLAP);
      expect(lived).toBeLessThanOrEqual(OVERLAP + days * DAY + HOUR);
      const age = Date.parse(successor.createdAt) - Date.parse(key.createdAt);
      expect(age).toBeGreaterThanOrEqual(27 * DAY);
      expect(age).toBeLessThanOrEqual(30 * DAY + days * DAY);
    }
    return year;
  } finally {
    await api.close();
  }
}
