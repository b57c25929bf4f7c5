import { afterEach, expect, test } from "vitest";
import type { Emulator } from "../../emulator/index.ts";
import { prolong } from "../support/api/edits.ts";
import type { Fields } from "../support/host/handlers.ts";
import { accountAt, keys, SCORES, simStack } from "../support/host/world.ts";

const LATER = "2199-01-01T00:00:00Z";

let api: Emulator | undefined;
afterEach(() => api?.close());

test.each<[string, Fields]>([
  ["expiry", { ...SCORES, expiry: "2027-01-31T00:00:00Z" }],
  ["expiresIn", { ...SCORES, expiresIn: "90d" }],
])("a key whose end was moved out of band is replaced: %s", async (_field, args) => {
  api = await accountAt();
  const stack = simStack({ api });
  await stack.up(keys({ a: args }));
  const before = stack.key("a")?.id;
  expect(await stack.preview(keys({ a: args }))).toEqual({ a: "same" });

  await prolong(api, 1);
  expect(await stack.preview(keys({ a: args }))).toEqual({ a: "replace" });
  await prolong(api, 1);
  await stack.up(keys({ a: args }));

  expect(stack.key("a")?.id).not.toBe(before);
  expect(await stack.preview(keys({ a: args }))).toEqual({ a: "same" });
});

test("an end that only the server sets is nobody's drift", async () => {
  api = await accountAt();
  const stack = simStack({ api });
  await stack.up(keys({ a: SCORES }));
  await prolong(api, 1);
  await stack.refresh();
  expect(stack.key("a")?.outputs["expiry"]).toBe(LATER);
  expect(stack.key("a")?.outputs["drift"]).toBeUndefined();
  await stack.refresh();
  expect(stack.key("a")?.outputs["expiry"]).toBeNull();
  expect(await stack.preview(keys({ a: SCORES }))).toEqual({ a: "same" });
});
