import { beforeEach, expect, test } from "vitest";
import { prolong } from "../support/api/edits.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { keys, SCORES } from "../support/host/world.ts";

const LATER = "2199-01-01T00:00:00Z";

beforeEach(() => freshAccount());

test.each<[string, Fields]>([
  ["expiry", { ...SCORES, expiry: "2027-01-31T00:00:00Z" }],
  ["expiresIn", { ...SCORES, expiresIn: "90d" }],
])("a key whose end was moved out of band is replaced: %s", async (_field, args) => {
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
  await stack.up(keys({ a: SCORES }));
  await prolong(api, 1);
  await stack.refresh();
  expect(stack.output("a", "expiry")).toBe(LATER);
  expect(stack.output("a", "drift")).toBeUndefined();
  await stack.refresh();
  expect(stack.output("a", "expiry")).toBeNull();
  expect(await stack.preview(keys({ a: SCORES }))).toEqual({ a: "same" });
});
