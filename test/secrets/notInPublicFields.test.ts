import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Emulator } from "../../emulator/index.ts";
import type { Fields, ProviderRun } from "../support/host/handlers.ts";
import { startInProcess } from "../support/host/inProcess.ts";
import { accountAt, accountClock, failure, keys, SCORES, simStack } from "../support/host/world.ts";
import { ownershipOf } from "../support/ownership.ts";
import { connection } from "../support/world.ts";

const KEY = `zk_prod_${"aB3dE5gH7j".repeat(4)}`;
const SIGNING = "a-signing-secret-of-32-characters";
const ownership = ownershipOf("id");

let api: Emulator;
let run: ProviderRun;
beforeAll(async () => {
  api = await accountAt();
  run = startInProcess({
    project: "proj",
    stack: "dev",
    env: connection(api),
    clock: accountClock(api),
    random: () => "0",
  });
});
afterAll(async () => {
  await run.end();
  await api.close();
});

const failuresOf = async (more: Fields, olds: Fields = {}) =>
  (await run.key.check(olds, { ...SCORES, ...more, ownership })).failures;
const hooks = [{ url: "https://a.example/", events: ["score.updated"], secret: SIGNING }];

describe("a secret in a field that others can read is refused by its field, and not shown", () => {
  test.each<[string, Fields]>([
    ["name", { name: KEY }],
    ["namePrefix", { namePrefix: KEY }],
    ["description", { description: `made with ${KEY}` }],
    ["metadata.token", { metadata: { team: "core", token: KEY } }],
    ["metadata.deep.er", { metadata: { deep: { er: [1, [`Bearer ${KEY}`]] } } }],
    ["metadata", { metadata: { [KEY]: "x" } }],
    ["metadata.encoded", { metadata: { encoded: encodeURIComponent(KEY).replaceAll("_", "%5F") } }],
    ["metadata.live", { metadata: { live: "zk_live_a1B2c3D4e5F6" } }],
    ["metadata.hook", { metadata: { hook: `x${SIGNING}y` }, webhooks: hooks }],
    ["description", { description: SIGNING, webhooks: hooks }],
    ["description", { description: "the-secret-of-old", adopt: { keyId: "key_1", apiKey: "the-secret-of-old" } }],
    ["adopt.keyId", { adopt: { keyId: KEY }, rotation: { overlap: "1d" } }],
  ])("%s", async (field, more) => {
    const failures = await failuresOf(more);
    expect(failures.map((text) => text.split(":")[0])).toEqual([field]);
    expect(failures[0]).not.toMatch(/zk_|signing|of-old/);
  });

  test("of another key of the program, once it is known", async () => {
    const stack = simStack({ api });
    await stack.up(keys({ a: SCORES }));
    const secret = stack.output("a", "apiKey");
    expect(secret).toMatch(/^zk_prod_/);
    expect(await failure(stack.up(keys({ a: SCORES, b: { ...SCORES, metadata: { copied: secret } } })))).toMatch(
      /^metadata\.copied: holds a secret/,
    );
  });
});

test("honest values pass, and what stands in the state or is unknown isn't judged again (control)", async () => {
  for (const more of [
    { metadata: { table: "zk_prod_scores", hint: "zk_prod_…", fingerprint: "0123456789abcdef" }, webhooks: hooks },
    { description: "reads zk_live_events for the shop", name: "zk_test_reader" },
    { metadata: { later: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } },
    { description: "s", webhooks: [{ ...hooks[0], secret: "s" }] },
  ]) {
    expect(await failuresOf(more)).toEqual([]);
  }
  const old = { ...SCORES, metadata: { token: KEY }, ownership };
  expect(await failuresOf({ metadata: { token: KEY }, description: "changed" }, old)).toEqual([]);
  expect(await failuresOf({ metadata: { token: `${KEY}x` } }, old)).toHaveLength(1);
});
