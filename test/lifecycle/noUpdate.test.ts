import { expect, test } from "vitest";
import type { Modes } from "../../emulator/index.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { counted, failure, keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const before = keys({ a: SCORES });
const after = keys({ a: { ...SCORES, description: "changed" } });

test.each<Modes["updates"]>([404, 405, 501])(
  "patch where the API answers PATCH with %s: an error names the setting, and replace works",
  async (updates) => {
    await freshAccount({ updates }, { ZKSCORE_UPDATES: "patch" });
    await stack.up(before);
    const [id] = liveIds(api);

    const error = await failure(stack.up(after));
    expect(error).toContain(`a: key ${id} can't be changed in place`);
    expect(error).toContain(`[ZKS_NO_UPDATE, HTTP ${updates}]`);
    expect(error).toMatch(/cause: +this deployment of the API has no update/);
    expect(error).toMatch(/remedy: +set ZKSCORE_UPDATES=replace/);
    expect(error).toMatch(/safe: +the key is unchanged/);
    expect(liveIds(api)).toEqual([id]);
    expect(counted(api)).toMatchObject({ create: 1, update: 1 });

    stack.env["ZKSCORE_UPDATES"] = "replace";
    await stack.up(after);
    expect(liveIds(api)).toHaveLength(1);
    expect(liveIds(api)).not.toContain(id);
  },
);

test("a 404 for a key that is really gone is not taken for a missing update", async () => {
  await freshAccount({ updates: "patch" }, { ZKSCORE_UPDATES: "patch" });
  await stack.up(keys({ a: SCORES, b: SCORES }));
  api.revoke(String(stack.key("a")?.id));
  const error = await failure(
    stack.up(keys({ a: { ...SCORES, description: "changed" }, b: SCORES }), { refresh: false }),
  );
  expect(error).toContain("ZKS_NOT_FOUND");
  expect(error).not.toContain("ZKSCORE_UPDATES");
  await stack.up(keys({ a: { ...SCORES, description: "changed" }, b: SCORES }));
  expect(liveIds(api)).toHaveLength(2);
});
