import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { accountAt, counted, failure, keys, SCORES, simStack, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const PROGRAM = keys({ a: SCORES, b: SCORES });
const ROTATED = (trigger: number) => keys({ a: { ...SCORES, rotation: { trigger, overlap: "1d" } }, b: SCORES });

beforeEach(() => freshAccount());

/** The same account, as if it had been known under another prefix before. */
function movedFrom(before: string): void {
  for (const entry of stack.entries) {
    const internal = entry.outputs;
    if (typeof internal["endpoint"] === "string") entry.outputs = { ...internal, endpoint: before };
  }
}

const confirm = () => Object.assign(stack.env, { ZKSCORE_CONFIRM_MOVED: "1" });

describe("a deployment that moved", () => {
  beforeEach(async () => {
    await stack.up(PROGRAM);
    movedFrom("https://old.example.com/v1");
  });

  test("is refused without a word of it, and the remedy says what to set", async () => {
    const since = api.journal().length;
    for (const work of [() => stack.up(PROGRAM), () => stack.preview(PROGRAM), () => stack.destroy()]) {
      const said = await failure(work());
      expect(said).toContain("ZKS_WRONG_ACCOUNT");
      expect(said).toContain("ZKSCORE_CONFIRM_MOVED=1 ZKSCORE_BASE_URL=<new address> pulumi up --refresh");
    }
    expect(Object.keys(counted(api, since)).filter((operation) => operation !== "list")).toEqual([]);
  });

  test("is taken over by one confirmed run: same keys, new address, nothing sent but a listing", async () => {
    const before = liveIds(api);
    const since = api.journal().length;
    confirm();
    await stack.up(PROGRAM);
    expect(Object.keys(counted(api, since))).toEqual(["list"]);
    expect(liveIds(api)).toEqual(before);
    expect(stack.entries.map(({ outputs }) => outputs["endpoint"])).toEqual(Array(3).fill("http://loopback/v1"));
    delete stack.env["ZKSCORE_CONFIRM_MOVED"];
    expect(await stack.preview(PROGRAM)).toEqual({ a: "same", b: "same" });
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });

  test("with one key missing there, nothing changes and that key is named", async () => {
    const other = await accountAt();
    try {
      const elsewhere = simStack({ api: other });
      await elsewhere.up(keys({ x: SCORES }));
      Object.assign(stack.env, { ...elsewhere.env, ZKSCORE_CONFIRM_MOVED: "1" });
      const since = other.journal().length;
      for (const work of [
        () => stack.up(PROGRAM),
        () => stack.up(keys({ ...PROGRAM.keys, c: SCORES })),
        () => stack.destroy(),
      ]) {
        const said = await failure(work());
        expect(said).toContain("it isn't listed there");
        expect(said).toContain(String(stack.key("a")?.id));
      }
      expect(Object.keys(counted(other, since))).toEqual(["list"]);
      expect(stack.output("a", "endpoint")).toBe("https://old.example.com/v1");
    } finally {
      await other.close();
    }
  });

  test("without a refresh nothing is known of the others: refused", async () => {
    confirm();
    expect(await failure(stack.up(PROGRAM, { refresh: false }))).toContain("run the same command with --refresh");
  });

  test("a change in the confirmed run is made, too, with its overlap", async () => {
    const [first] = [stack.key("a")?.id];
    confirm();
    await stack.up(ROTATED(1));
    await stack.up(ROTATED(2));
    expect(liveIds(api)).toContain(first);
    expect(liveIds(api)).toHaveLength(3);
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  });

  test("destroy in the confirmed run revokes them at the new address", async () => {
    confirm();
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });
});

test("the address must be said in the same run", async () => {
  await stack.up(PROGRAM);
  Object.assign(stack.env, { ZKSCORE_CONFIRM_MOVED: "1", ZKSCORE_BASE_URL: "" });
  expect(await failure(stack.up(PROGRAM))).toContain("ZKSCORE_CONFIRM_MOVED can't be used");
});

describe("a base URL that was wrong while the stack had no key", () => {
  test("binds nothing: the next refreshed run with the right one makes the key", async () => {
    const right = stack.env["ZKSCORE_BASE_URL"] ?? "";
    Object.assign(stack.env, { ZKSCORE_BASE_URL: `${right.replace("/v1", "")}/elsewhere` });
    await failure(stack.up(PROGRAM));
    expect(stack.entries.map(({ kind }) => kind)).toEqual(["identity"]);
    Object.assign(stack.env, { ZKSCORE_BASE_URL: right });
    const said = await failure(stack.up(PROGRAM, { refresh: false }));
    expect(said).toContain("if the base URL is right and the stack has no key yet, run `pulumi up --refresh`");
    await stack.up(PROGRAM);
    expect(liveIds(api)).toHaveLength(2);
    expect(stack.entries[0]?.outputs["endpoint"]).toBe("http://loopback/v1");
    await stack.up(PROGRAM, { refresh: false });
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });

  test("a stack that has keys elsewhere makes none here, refreshed or not", async () => {
    await stack.up(PROGRAM);
    movedFrom("https://old.example.com/v1");
    for (const refresh of [true, false]) {
      expect(await failure(stack.up(keys({ c: SCORES, ...PROGRAM.keys }), { refresh }))).toContain("ZKS_WRONG_ACCOUNT");
    }
    expect(liveIds(api)).toHaveLength(2);
  });
});
