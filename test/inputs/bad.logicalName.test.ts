import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

test.each([
  ["92 characters", "a".repeat(92), "is longer than 91 characters"],
  ["a tab", "a\tb", "holds a control character"],
  ["blanks alone", "  ", "is empty"],
])("a resource's name of %s can't be a key's: said by the preview, with the remedy", async (_what, name, cause) => {
  const says = `namePrefix: isn't set, and the resource's name can't serve as prefix: it ${cause}; set namePrefix`;
  await expect(stack.preview(keys({ [name]: SCORES }))).rejects.toThrow(says);
  await stack.up(keys({ [name]: { ...SCORES, namePrefix: "short" } }));
  expect(liveIds(api)).toHaveLength(1);
  await stack.up(keys({ [name]: { ...SCORES, name: "exact" } }));
  expect(liveIds(api)).toHaveLength(1);
});

test("91 characters are enough for a name, and a key that has its name is left alone", async () => {
  await stack.up(keys({ ["a".repeat(91)]: SCORES }));
  expect(liveIds(api)).toHaveLength(1);
  const program = keys({ ["b".repeat(92)]: SCORES });
  await stack.up(keys({ ["b".repeat(92)]: { ...SCORES, namePrefix: "short" } }));
  expect(await stack.preview(program)).toMatchObject({ ["b".repeat(92)]: "same" });
});
