import { afterAll, describe, expect, test } from "vitest";
import type { Emulator, EmulatorOptions } from "../../emulator/index.ts";
import { sha256 } from "../../provider/domain/stable.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, DAY, keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const SERVERS: Readonly<Record<string, EmulatorOptions>> = {
  plain: {},
  normalising: { normalise: true },
  "normalising and reordering metadata": { normalise: true, metadata: "reorder" },
  "dropping metadata": { metadata: "drop" },
  "normalising and dropping metadata": { normalise: true, metadata: "drop" },
  "keeping two entries of metadata": { metadata: { capKeys: 2 } },
  "keeping no entry of metadata": { metadata: { capKeys: 0 } },
  "cutting metadata at 12 characters": { metadata: { capLength: 12 } },
  "forgetting revoked keys": { deleteForgets: true },
  "paging by two": { maxPageSize: 2 },
};

const RICH: Fields = {
  description: "  spaced  ",
  permissions: [
    { resource: "trust", actions: ["write", "READ", "read"] },
    {
      resource: "Scores",
      actions: ["read"],
      restrictions: { ipWhitelist: ["2001:DB8:0::1", "10.0.0.0/8"], chains: [1] },
    },
    {
      resource: "scores",
      actions: ["delete"],
      restrictions: { chains: ["1"], ipWhitelist: ["10.0.0.0/8", "2001:db8::1"] },
    },
  ],
  rateLimit: { requestsPerMinute: 60 },
  expiry: "2027-06-30T02:00:00.900+02:00",
  webhooks: [
    { url: "https://b.example.com", events: ["score.updated", "Identity.minted"], secret: "s" },
    { url: "https://a.example.com", events: ["score.updated"] },
  ],
  metadata: { team: "a team with a long name", nested: { deep: [3, 1, 2], flag: true }, n: 1 },
  rotation: { every: "720h", window: "3d", overlap: "24h" },
};
const CHANGED: Fields = { ...RICH, description: "other", metadata: { team: "b" }, rateLimit: { burstLimit: 5 } };

const cells: string[] = [];

describe.each(Object.entries(SERVERS))("a server %s", (server, options) => {
  test.each(["replace", "patch"])(
    "makes no difference in mode %s; a rotation still replaces and revokes",
    async (mode) => {
      await freshAccount({ updates: "patch", ...options }, { ZKSCORE_UPDATES: mode });
      const program = (args: Fields) => keys({ a: args, b: SCORES, c: SCORES });
      const settled = async (args: Fields) => {
        const since = api.journal().length;
        expect(await stack.preview(program(args))).toEqual({ a: "same", b: "same", c: "same" });
        await stack.refresh();
        expect(await stack.preview(program(args))).toEqual({ a: "same", b: "same", c: "same" });
        expect(Object.keys(counted(api, since))).toEqual(["list"]);
        expect(stack.output("a", "drift")).toBeUndefined();
        cells.push(`${server} ${mode}`);
      };
      await stack.up(program(RICH));
      await settled(RICH);
      const first = stack.id("a");
      await stack.up(program(CHANGED));
      await settled(CHANGED);
      expect(stack.key("a")?.id === first).toBe(mode === "patch");
      await stack.up(program(RICH));
      await settled(RICH);

      const before = stack.id("a");
      const overlapping = liveIds(api).length;
      api.advance(31 * DAY);
      await stack.up(program(RICH));
      expect(stack.key("a")?.id, "rotated").not.toBe(before);
      expect(liveIds(api), "the old key has its overlap").toContain(before);
      expect(overlapping).toBe(mode === "patch" ? 3 : 5);
      await settled(RICH);
      api.advance(2 * DAY);
      await stack.up(program(RICH));
      expect(liveIds(api)).toHaveLength(3);
      expect(sha256(String(stack.output("a", "apiKey")))).toBe(secretOf(api, stack.key("a")?.id));
      await settled(RICH);
      await stack.destroy();
      expect(liveIds(api)).toEqual([]);
    },
  );
});

test("a difference would be found (control)", async () => {
  await freshAccount({ updates: "patch" });
  await stack.up(keys({ a: RICH }));
  await stack.refresh();
  api.edit(String(stack.key("a")?.id), { description: "someone else's" });
  expect(await stack.preview(keys({ a: RICH }))).toEqual({ a: "replace" });
});

function secretOf(at: Emulator, id: string | undefined): string | undefined {
  return at.keys().find((key) => key.id === id)?.secretSha256;
}

afterAll(() => {
  console.log(
    `no perpetual difference: ${cells.length} times at rest on ${Object.keys(SERVERS).length} servers, both modes`,
  );
  expect(cells.length).toBe(Object.keys(SERVERS).length * 2 * 5);
});
