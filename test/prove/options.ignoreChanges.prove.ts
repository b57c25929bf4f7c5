import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import type { UpdateRequest } from "../../provider/domain/wire.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { keyByHand } from "../support/host/world.ts";
import { createWorld, READ_SCORES, type World } from "../support/world.ts";

const WEBHOOK_SECRET = "webhook-secret-that-stands-nowhere-in-clear";
const TRUST_SCORES = `permissions: [{ resource: "trust", actions: ["read"] }, { resource: "scores", actions: ["write"] }]`;
const HOOK = "https://hooks.example.com/zk";

interface Ignored {
  args: string;
  ignore: readonly string[];
  /** What somebody makes of the key, twice. */
  edits: readonly [UpdateRequest, UpdateRequest];
}

const trust = (...actions: string[]) => ({ resource: "trust", actions });
const scores = (...actions: string[]) => ({ resource: "scores", actions });
const grants = (...permissions: object[]) => ({ permissions }) as UpdateRequest;

const IGNORED: Readonly<Record<string, Ignored>> = {
  description: {
    args: `${READ_SCORES}, description: "ours"`,
    ignore: ["description"],
    edits: [{ description: "  theirs " }, { description: "" }],
  },
  permissions: {
    args: READ_SCORES,
    ignore: ["permissions"],
    edits: [grants(trust("read"), scores("delete", "read")), grants(trust("read"))],
  },
  everything: {
    args: `${READ_SCORES}, description: "ours", rateLimit: { requestsPerMinute: 60 }`,
    ignore: ["*"],
    edits: [
      { name: "renamed", description: "theirs", rateLimit: { requestsPerMinute: 6_000 } },
      { name: "renamed-again", ...grants(trust("all")) },
    ],
  },
  rateLimit: {
    args: `${READ_SCORES}, rateLimit: { requestsPerMinute: 60, burstLimit: 10 }`,
    ignore: ["rateLimit.requestsPerMinute"],
    edits: [
      { rateLimit: { requestsPerMinute: 6_000, burstLimit: 10 } },
      { rateLimit: { requestsPerMinute: 7, burstLimit: 10 } },
    ],
  },
  metadata: {
    args: `${READ_SCORES}, metadata: { owner: "ours", team: "core" }`,
    ignore: ["metadata.owner"],
    edits: [{ metadata: { owner: "theirs", team: "core" } }, { metadata: { team: "core" } }],
  },
  actions: {
    args: TRUST_SCORES,
    ignore: ["permissions[0].actions"],
    edits: [grants(scores("write"), trust("read", "write")), grants(scores("write"), trust("delete"))],
  },
  entryGone: {
    args: TRUST_SCORES,
    ignore: ["permissions[0].actions"],
    edits: [grants(scores("write")), grants(trust("delete"), scores("write"))],
  },
  address: {
    args: `permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24", "192.0.2.0/24"] } }]`,
    ignore: ["permissions[0].restrictions.ipWhitelist[0]"],
    edits: [
      grants({ ...scores("read"), restrictions: { ipWhitelist: ["192.0.2.0/24", "198.51.100.0/24"] } }),
      grants({ ...scores("read"), restrictions: { ipWhitelist: ["192.0.2.0/24"] } }),
    ],
  },
  webhooks: {
    args: `${READ_SCORES}, webhooks: [{ url: "${HOOK}", events: ["score.updated"], secret: "${WEBHOOK_SECRET}" }]`,
    ignore: ["webhooks"],
    edits: [
      { webhooks: [{ url: HOOK, events: ["score.updated", "identity.minted"] }] },
      {
        webhooks: [
          { url: HOOK, events: ["identity.minted"] },
          { url: "https://b.example.com/zk", events: ["score.updated"] },
        ],
      },
    ],
  },
};

/** Beside them: one key whose drift is repaired, and one that was adopted with its secret. */
function program(adopt: object, more = ""): string {
  const lines = Object.entries(IGNORED).map(
    ([name, { args, ignore }]) =>
      `new ApiKey("${name}", { ${args}${more} }, { ignoreChanges: ${JSON.stringify(ignore)} });`,
  );
  return `import { ApiKey } from "pulumi-zkscore";
${lines.join("\n")}
new ApiKey("repaired", { ${READ_SCORES}, description: "ours" });
new ApiKey("adopted", { ${READ_SCORES}, description: "ours", adopt: ${JSON.stringify(adopt)} }, { ignoreChanges: ["description"] });
`;
}

describeWithEngine("ignoreChanges, and a key that somebody has changed in the account", () => {
  let world: World;
  let adopt: { keyId: string; apiKey: string };
  beforeAll(async () => {
    const api = await startEmulator({ updates: "patch" });
    adopt = await keyByHand(api, { description: "ours" });
    world = await createWorld({ program: program(adopt), api, emulator: {} });
    await succeed(world.stack.up());
    await world.settled();
  }, 120_000);
  afterAll(async () => {
    await world.dispose();
    await world.api.close();
  });

  const names = [...Object.keys(IGNORED), "adopted"];
  const ids = () => names.map((name) => (name === "adopted" ? adopt.keyId : world.key(name).id));
  const idNow = (name: string) => (name === "adopted" ? adopt.keyId : world.key(name).id);
  const view = (name: string) => {
    const { metadata, ...key } = world.api.keys().find(({ id }) => id === idNow(name)) ?? { metadata: {} };
    const own = Object.entries(metadata).filter(([field]) => !field.startsWith("pulumi:"));
    return JSON.stringify([key, Object.fromEntries(own)]);
  };

  test.each([
    ["replace", 0],
    ["patch", 1],
  ] as const)(
    "is left as it is, in mode %s",
    async (mode, round) => {
      const env = { ZKSCORE_UPDATES: mode };
      for (const [name, { edits }] of Object.entries(IGNORED)) {
        const edit = edits[round];
        const key = world.key(name);
        const marker = Object.entries(key.metadata).filter(([field]) => field.startsWith("pulumi:"));
        const metadata = edit.metadata && { ...Object.fromEntries(marker), ...edit.metadata };
        world.api.edit(key.id, { ...edit, ...(metadata === undefined ? {} : { metadata }) });
      }
      world.api.edit(adopt.keyId, { description: `theirs ${round}` });
      world.api.edit(world.key("repaired").id, { description: "theirs" });
      const [before, repaired] = [ids(), world.key("repaired").id];
      const seen = names.map(view);

      const { output } = await succeed(world.stack.up(["--refresh"], env));
      expect(ids()).toEqual(before);
      expect(names.map(view)).toEqual(seen);
      expect(world.key("repaired").description).toBe("ours");
      expect(world.key("repaired").id === repaired).toBe(mode === "patch");
      expect(output).toMatch(/repaired: key \w+ was changed outside this program: description/);
      expect(output.match(/was changed outside/g)?.length).toBeLessThanOrEqual(2);
      await world.settled(env);
      await expectNoSecretInClear();
    },
    240_000,
  );

  test("goes on in place when another field changes: what the account has stays, and is the new base line", async () => {
    const env = { ZKSCORE_UPDATES: "patch" };
    const before = ids();
    const permissions = Object.keys(IGNORED).map((name) =>
      JSON.stringify([world.key(name).permissions, world.key(name).webhooks]),
    );
    world.stack.setProgram(program(adopt, `, deletionPolicy: "retain"`));
    await succeed(world.stack.up([], env));
    expect(ids()).toEqual(before);
    world.stack.setProgram(
      program(adopt, `, rotation: { every: "3000d" }`).replaceAll(
        `{ owner: "ours", `,
        `{ purpose: "x", owner: "ours", `,
      ),
    );
    await succeed(world.stack.up([], env));
    expect(ids()).toEqual(before);
    expect(
      Object.keys(IGNORED).map((name) => JSON.stringify([world.key(name).permissions, world.key(name).webhooks])),
    ).toEqual(permissions);
    await world.settled(env);
    await expectNoSecretInClear();
  }, 240_000);

  test("has a successor that is made from the program alone: Pulumi applies the option to updates only", async () => {
    const before = world.key("actions").id;
    world.stack.setProgram(program(adopt, `, rotation: { trigger: "one" }`));
    await succeed(world.stack.up(["--refresh=false"]));
    expect(world.key("actions").id).toBe(before);
    world.stack.setProgram(program(adopt, `, rotation: { trigger: "two" }`));
    await succeed(world.stack.up());
    for (const name of ["actions", "entryGone"]) {
      expect(world.key(name).permissions, name).toEqual([scores("write"), trust("read")]);
    }
    expect(world.key("webhooks").webhooks.map(({ url }) => url)).toEqual([HOOK]);
    await world.stack.expectNoChanges();
    await expectNoSecretInClear();
  }, 240_000);

  async function expectNoSecretInClear(): Promise<void> {
    const state = JSON.stringify(await world.stack.export());
    for (const secret of [WEBHOOK_SECRET, adopt.apiKey]) expect(state).not.toContain(secret);
  }
});
