import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount({}, { ZKSCORE_UPDATES: "patch" }));

const BEFORE: Fields = {
  ...SCORES,
  description: "before",
  rateLimit: { requestsPerMinute: 60, burstLimit: 5 },
  metadata: { team: "a", "a.b": 1 },
};
const other = (resource: string) => [{ resource, actions: ["read"] }];

/** What `preview` says of a change, with the paths given. */
async function step(replaceOnChanges: string[] | undefined, change: Fields): Promise<string | undefined> {
  await stack.up(keys({ a: BEFORE }));
  const options = replaceOnChanges === undefined ? {} : { options: { replaceOnChanges } };
  return (await stack.preview(keys({ a: { ...BEFORE, ...change, ...options } })))["a"];
}

describe("replaceOnChanges, where changes are made in place", () => {
  test.each<[string[] | undefined, Fields, string]>([
    [undefined, { description: "after" }, "update"],
    [["description"], { description: "after" }, "replace"],
    [["metadata"], { description: "after" }, "update"],
    [["*"], { description: "after" }, "replace"],
    [["*"], { deletionPolicy: "retain" }, "replace"],
    [["*"], {}, "same"],
    [["description"], {}, "same"],
    [["permissions"], { permissions: other("trust") }, "replace"],
    [["permissions[*].resource"], { permissions: other("trust") }, "replace"],
    [["permissions[*].actions"], { permissions: other("trust") }, "update"],
    [["rateLimit.burstLimit"], { rateLimit: { requestsPerMinute: 60, burstLimit: 6 } }, "replace"],
    [["rateLimit.burstLimit"], { rateLimit: { requestsPerMinute: 61, burstLimit: 5 } }, "update"],
    [['metadata["a.b"]'], { metadata: { team: "a", "a.b": 2 } }, "replace"],
    [['metadata["a.b"]'], { metadata: { team: "b", "a.b": 1 } }, "update"],
    [["namePrefix"], { namePrefix: "other" }, "replace"],
    [["rotation.every"], { rotation: { every: "30d" } }, "replace"],
    [["rotation.every"], { rotation: { overlap: "1h" } }, "update"],
  ])("%j: a change to %j is a %s", async (paths, change, expected) => {
    expect(await step(paths, change)).toBe(expected);
  });

  test("counts for what someone else changed, and the replacement leaves no difference", async () => {
    const program = keys({ a: { ...BEFORE, options: { replaceOnChanges: ["description"] } } });
    await stack.up(program);
    const [old = ""] = liveIds(api);
    api.edit(old, { description: "edited" });
    await stack.up(program);
    expect(liveIds(api)).not.toContain(old);
    expect(liveIds(api)).toHaveLength(1);
    expect(await stack.preview(program)).toEqual({ a: "same" });
  });

  test.each([
    ["permissions[0].actions", /options\.replaceOnChanges\[0\]: holds an index, .*; name the list, or write \[\*\]/],
    ["a..", /options\.replaceOnChanges\[0\]: is not a property path; write one such as/],
  ])("%s is refused by name", async (path, says) => {
    await expect(step([path], {})).rejects.toThrow(says);
  });
});
