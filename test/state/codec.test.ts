import { expect, test } from "vitest";
import type { KeyState } from "../../provider/domain/inputs.ts";
import { ownerOf, urnOf } from "../../provider/domain/marker.ts";
import { stateIn, stateOut } from "../../provider/host/stateCodec.ts";
import { PLAIN_STATE } from "../support/plainState.ts";

const bare = PLAIN_STATE;

const full: KeyState = {
  ...bare,
  description: "d",
  rateLimit: { requestsPerMinute: 1 },
  metadata: { team: null },
  expiry: "2027-01-01T00:00:00Z",
  rotateAt: "2026-02-01T00:00:00Z",
  drift: { description: "x" },
  declared: ["name", "expiry"],
  confirmed: { name: "s00" },
  salt: "abcd",
  heldBy: "other",
  unfinished: "purge",
  adoptedAt: "2026-01-02T00:00:00Z",
  retires: [{ keyId: "key_0", revokeAfter: "2026-01-03T00:00:00Z" }],
};

test.each([
  ["with nothing that may be absent", bare],
  ["with everything", full],
])("a state %s comes back as it went out", (_what, state) => {
  const out = stateOut(state);
  expect(Object.values(out).includes(undefined)).toBe(false);
  expect(Object.keys(out)).toEqual(
    expect.arrayContaining(["description", "rateLimit", "metadata", "expiry", "rotateAt"]),
  );
  expect(String(out["internal"]).startsWith('{"v":1,')).toBe(true);
  expect(stateIn(JSON.parse(JSON.stringify({ ...out, __provider: "text" })))).toEqual(state);
});

test("an owner that isn't the one its names give stays as it is, and one that is isn't written", () => {
  const ownership = { ...bare.ownership, parents: "my:Component", ignored: ["permissions[0]"] };
  const { identity, ...names } = ownership;
  const derived = { ...ownership, owner: ownerOf(identity, urnOf(names)) };
  for (const one of [ownership, derived]) {
    const { internal } = stateOut({ ...bare, ownership: one });
    expect(stateIn({ ...stateOut(bare), internal }).ownership).toEqual(one);
    expect(String(internal).includes(one.owner)).toBe(one === ownership);
  }
});

test("a state whose ownership is still an output of its own is read", () => {
  const { w: _whose, ...others } = JSON.parse(String(stateOut(full)["internal"])) as Record<string, unknown>;
  const { ownership } = full;
  expect(stateIn({ ...stateOut(full), ownership, internal: JSON.stringify(others) })).toEqual(full);
});

test("a state of 0.1.0 holds the same fields side by side", () => {
  expect(stateIn({ ...full, __provider: "text" })).toEqual(full);
});

test("what only the provider reads holds no value of the program: neither inputs nor drift", () => {
  expect(String(stateOut(full)["internal"])).not.toMatch(/zk_prod|"x"|scores|"d"\]/);
});

test.each<[string, unknown, RegExp]>([
  ["of a newer release", '{"v":2}', /written by a newer pulumi-zkscore[\s\S]*upgrade the package/],
  ["that isn't JSON", "confidential", /output `internal`[\s\S]*edited by hand/],
  ["that is JSON of something else", '["confidential"]', /output `internal`[\s\S]*edited by hand/],
  ["without its version", '{"a":"1","d":[],"c":{}}', /output `internal`[\s\S]*edited by hand/],
  ["with a digest that is none", '{"v":1,"a":"1","d":[],"c":{"name":1}}', /output `internal`[\s\S]*edited by hand/],
  ["with an attempt that is none", '{"v":1,"d":[],"c":{}}', /output `internal`[\s\S]*edited by hand/],
  ["with retired keys that are none", '{"v":1,"a":"1","d":[],"c":{},"r":"confidential"}', /edited by hand/],
])("an internal output %s is refused in words that hold none of it", (_what, internal, said) => {
  const read = () => stateIn({ ...stateOut(full), internal });
  expect(read).toThrow(said);
  expect(read).not.toThrow(/confidential/);
});

test("a state that lacks what every state has names it", () => {
  const { keyId: _id, ...rest } = stateOut(full);
  expect(() => stateIn(rest)).toThrow("lacks keyId");
  const { internal: _ours, ...old } = stateOut(full);
  expect(() => stateIn(old)).toThrow("lacks ownership, confirmed, declared, attempt");
});
