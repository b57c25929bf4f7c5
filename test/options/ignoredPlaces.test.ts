import { expect, test } from "vitest";
import type { KeyInputs } from "../../provider/domain/inputs.ts";
import { meansPlaces } from "../../provider/domain/places.ts";
import { ignoredProblems } from "../../provider/plan/ignored.ts";

const trust = (...actions: string[]) => ({ resource: "trust", actions });
const scores = (...actions: string[]) => ({ resource: "scores", actions });
const from = (ips: string[]) => [{ ...scores("read"), restrictions: { ipWhitelist: ips } }];
const hook = (url: string, event: string) => ({ url: `https://${url}.example.com`, events: [event] });

function inputs(fields: object, ignored: string[] | undefined): KeyInputs {
  const ownership = { identity: "i", owner: "o", project: "p", stack: "s", name: "a" };
  // A border: what `check` gives.
  return {
    permissions: [],
    deletionPolicy: "revoke",
    ...fields,
    ownership: { ...ownership, ...(ignored === undefined ? {} : { ignored }) },
  } as unknown as KeyInputs;
}

const problems = (path: string, before: object, after: object, olds: string[] | undefined = []) =>
  ignoredProblems(inputs(before, olds), inputs(after, [path])).map((problem) => `${problem.path} ${problem.text}`);

test.each([
  [
    "permissions[0].actions",
    { permissions: [scores("write"), trust("read")] },
    { permissions: [trust("write"), scores("write")] },
  ],
  [
    '["permissions"][0].actions',
    { permissions: [scores("write"), trust("read")] },
    { permissions: [trust("write"), scores("write")] },
  ],
  [
    "permissions[*].actions",
    { permissions: [scores("write"), trust("read")] },
    { permissions: [trust("write"), scores("read")] },
  ],
  [
    "permissions[0].actions",
    { permissions: [...from(["192.0.2.1"]), ...from(["192.0.2.2"])] },
    { permissions: [...from(["192.0.2.2"]), ...from(["192.0.2.1"]), trust("read")] },
  ],
  [
    "webhooks[0].events",
    { webhooks: [hook("a", "x"), hook("b", "y")] },
    { webhooks: [hook("b", "x"), hook("a", "x")] },
  ],
  [
    "permissions[0].restrictions.ipWhitelist[0]",
    { permissions: from(["192.0.2.1", "192.0.2.2"]) },
    { permissions: from(["192.0.2.1", "192.0.2.1"]) },
  ],
])("%s is refused where another entry stands at that place", (path, before, after) => {
  expect(problems(path, before, after).join()).toContain(`ignoreChanges "${path}" can't be honoured`);
});

test.each([
  [
    "permissions[0].actions",
    { permissions: [trust("read"), scores("write")] },
    { permissions: [trust("read"), scores("read")] },
  ],
  ["permissions[0].actions", { permissions: from(["192.0.2.1"]) }, { permissions: from(["192.0.2.2"]) }],
  [
    "permissions[0]",
    { permissions: [scores("write"), trust("read")] },
    { permissions: [scores("write"), trust("write")] },
  ],
  [
    "permissions[0].restrictions.ipWhitelist[0]",
    { permissions: from(["192.0.2.1", "192.0.2.2"]) },
    { permissions: from(["192.0.2.1", "192.0.2.3"]) },
  ],
  [
    "permissions[0].restrictions.ipWhitelist[1]",
    { permissions: from(["192.0.2.1", "192.0.2.1"]) },
    { permissions: [...from(["192.0.2.1", "192.0.2.1"]), trust("read")] },
  ],
])("%s is honoured where the same entry stands there", (path, before, after) => {
  expect(problems(path, before, after)).toEqual([]);
});

test("a state of 0.1.0, whose lists were sorted, is refused once, unless nothing differs", () => {
  const sorted = { permissions: [scores("write"), trust("read")] };
  const path = "permissions[0].actions";
  const refused = ignoredProblems(
    inputs(sorted, undefined),
    inputs({ permissions: [trust("write"), scores("write")] }, [path]),
  );
  expect(refused.map(({ text }) => text).join()).toContain("0.1.0 wrote the state");
  expect(ignoredProblems(inputs(sorted, undefined), inputs(sorted, [path]))).toEqual([]);
});

test("only paths that mean places in lists are looked at", () => {
  const places = ["permissions[0].actions", "webhooks[1]", 'permissions["0"]', "permissions[*].actions"];
  expect(places.filter(meansPlaces)).toEqual(places);
  expect(["permissions", "*", "rateLimit.burstLimit", "metadata.list[0]"].filter(meansPlaces)).toEqual([]);
});
