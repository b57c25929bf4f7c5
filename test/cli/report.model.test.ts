import { expect, test } from "vitest";
import { changesSince } from "../../cli/report/since.ts";
import { at, dataOf, gatheredOf, markOf, NOW, remote, stateKey, stateOf, usageOf } from "../support/report.ts";

const EVERY = 45;
const daily = (count: number) => Array.from({ length: EVERY }, () => count);
const keyOf = (data: Awaited<ReturnType<typeof dataOf>>, id: string) => data.keys.find((key) => key.id === id);

test("grants: `all` is expanded, restrictions are counted, and what stands out says why", async () => {
  const confined = [{ resource: "trust", actions: ["write"], restrictions: { ipWhitelist: ["203.0.113.0/28"] } }];
  const data = await dataOf(
    gatheredOf([
      remote("key_all", { permissions: [{ resource: "all", actions: ["all"] }] }),
      remote("key_open", { permissions: [{ resource: "scores", actions: ["read", "write"] }] }),
      remote("key_confined", { permissions: confined }),
      remote("key_reads"),
    ]),
  );
  expect(keyOf(data, "key_all")?.grants).toHaveLength(18);
  expect(keyOf(data, "key_all")?.wide.slice(0, 2)).toEqual([
    "every resource (`all`), later ones too",
    "every action (`all`), later ones too",
  ]);
  expect(keyOf(data, "key_open")?.wide).toEqual(["may write scores without a restriction"]);
  expect(keyOf(data, "key_confined")).toMatchObject({
    grants: [{ resource: "trust", action: "write", limits: ["16 addresses"] }],
    wide: [],
  });
  expect(keyOf(data, "key_reads")?.wide).toEqual([]);
});

test("the account alone: marks say who made a key, and which overlap is in progress", async () => {
  const successor = markOf("backend", { retires: [{ keyId: "key_old", revokeAfter: at(2) }] });
  const data = await dataOf(
    gatheredOf([
      remote("key_new", { metadata: successor }),
      remote("key_old", { metadata: markOf("backend") }),
      remote("key_hand", { metadata: { owner: "team-x" } }),
      remote("key_revoked", { status: "revoked" }),
    ]),
  );
  expect(data.keys.map(({ id, relation, madeBy, until, owner }) => [id, relation, madeBy, until, owner])).toEqual([
    ["key_new", "marked", "shop/prod/backend", undefined, undefined],
    ["key_old", "retired", "shop/prod/backend", at(2), undefined],
    ["key_hand", "foreign", undefined, undefined, "team-x"],
  ]);
  expect(data.sources).toEqual({ account: "complete", states: [], ended: 1 });
});

test("account and states: managed, in overlap, orphaned, foreign, missing, as `reconcile` says", async () => {
  const state = stateOf([
    stateKey("key_new", "backend", { previous: [{ keyId: "key_old", revokeAfter: at(1) }], rotateAt: at(20) }),
    stateKey("key_gone", "lost"),
  ]);
  const data = await dataOf(
    gatheredOf(
      [
        remote("key_new", { metadata: markOf("backend") }),
        remote("key_old", { metadata: markOf("backend") }),
        remote("key_orphan", { metadata: markOf("other") }),
        remote("key_hand"),
      ],
      [state],
    ),
  );
  expect(Object.fromEntries(data.keys.map(({ id, relation }) => [id, relation]))).toEqual({
    key_new: "managed",
    key_old: "retired",
    key_orphan: "orphaned",
    key_hand: "foreign",
    key_gone: "missing",
  });
  expect(keyOf(data, "key_new")).toMatchObject({ rotateAt: at(20), madeBy: "shop/prod/backend" });
  expect(keyOf(data, "key_old")?.until).toBe(at(1));
});

test("states alone: their keys, the replaced ones with their instant, and no word about usage", async () => {
  const state = stateOf([
    stateKey("key_new", "backend", { name: "backend-1", previous: [{ keyId: "key_old", revokeAfter: at(1) }] }),
  ]);
  const data = await dataOf({ now: NOW, states: [state] });
  expect(data.sources.account).toBe("not asked");
  expect(data.watched).toBeUndefined();
  expect(data.keys.map(({ id, name, relation, until, usage }) => [id, name, relation, until, usage])).toEqual([
    ["key_new", "backend-1", "managed", undefined, undefined],
    ["key_old", "backend-1, replaced", "retired", at(1), undefined],
  ]);
  expect(data.findings.some(({ policy, keyId }) => policy === "expiry-required" && keyId === "key_new")).toBe(true);
});

test("usage by day; idle days by the server's clock; the smaller list where a resource had no request", async () => {
  const permissions = [
    { resource: "scores", actions: ["read", "write"] },
    { resource: "trust", actions: ["read"] },
  ];
  const usage = new Map([
    ["key_half", usageOf(daily(4), ["GET /v1/scores/:id"])],
    ["key_whole", usageOf(daily(4), ["GET /v1/scores/:id", "GET /v1/trust/:id"])],
    ["key_young", usageOf(daily(0).with(-1, 9), ["GET /v1/scores/:id"])],
  ]);
  const keys = [
    remote("key_half", { permissions }),
    remote("key_whole", { permissions }),
    remote("key_young", { permissions, createdAt: at(-3) }),
    remote("key_never", { lastUsed: null, usage: { totalRequests: 0 }, createdAt: at(-50) }),
    remote("key_unknown", { permissions }),
  ];
  const data = await dataOf(gatheredOf(keys, [], usage));
  expect(keyOf(data, "key_half")).toMatchObject({
    usage: { requests: 180, days: daily(4), whole: true },
    idleDays: 1,
    unused: { resources: ["trust"], smaller: [{ resource: "scores", actions: ["read", "write"] }] },
  });
  for (const id of ["key_whole", "key_young", "key_unknown"]) expect(keyOf(data, id)?.unused).toBeUndefined();
  expect(keyOf(data, "key_never")).toMatchObject({ neverUsed: true, idleDays: 50, usage: { requests: 0 } });
  expect(keyOf(data, "key_unknown")?.usage).toBeUndefined();
  expect(data.watched).toMatchObject({ days: EVERY, notKnown: 1 });
});

test("policies judge what the program says where a state was given, and nothing that only a program says elsewhere", async () => {
  const permissions = [{ resource: "all", actions: ["read"] }];
  const rotation = { outputs: { rotation: { every: "365d" } }, permissions };
  const data = await dataOf(
    gatheredOf(
      [remote("key_state", { permissions }), remote("key_hand", { permissions })],
      [stateOf([stateKey("key_state", "backend", rotation)])],
    ),
  );
  const of = (id: string) => new Set(data.findings.filter(({ keyId }) => keyId === id).map(({ policy }) => policy));
  expect([...of("key_state")]).toEqual(expect.arrayContaining(["no-wildcard-access", "rotation-required"]));
  expect([...of("key_hand")]).toContain("no-wildcard-access");
  for (const only of ["rotation-required", "no-disguised-key", "secret-stays-secret", "webhook-secret"]) {
    expect([...of("key_hand")]).not.toContain(only);
  }
});

test("a key that lives wider than its state says is a finding", async () => {
  const live = remote("key_state", { permissions: [{ resource: "scores", actions: ["read", "write"] }] });
  const data = await dataOf(gatheredOf([live], [stateOf([stateKey("key_state", "backend")])]));
  expect(data.findings).toContainEqual(
    expect.objectContaining({ policy: "live-as-declared", keyId: "key_state", level: "mandatory" }),
  );
});

test("since an earlier report: made, gone, rotated, wider, narrower, what the policies find", async () => {
  const scores = (...actions: string[]) => [{ resource: "scores", actions }];
  const before = await dataOf(
    gatheredOf([
      remote("key_a", { permissions: scores("read") }),
      remote("key_b", { permissions: scores("read", "write"), expiry: at(10) }),
      remote("key_c1", { metadata: markOf("backend"), permissions: scores("read") }),
      remote("key_gone"),
      remote("key_same"),
    ]),
  );
  const after = await dataOf(
    gatheredOf([
      remote("key_a", { permissions: scores("read", "delete") }),
      remote("key_b", { permissions: scores("read"), expiry: at(40) }),
      remote("key_c2", { metadata: markOf("backend"), permissions: scores("read") }),
      remote("key_new"),
      remote("key_same"),
    ]),
  );
  const changes = changesSince(before, after, (id) => (id === "key_gone" ? "revoked" : undefined));
  expect(changes).toMatchObject({
    since: before.madeAt,
    made: [{ id: "key_new" }],
    rotated: [{ id: "key_c2", was: "key_c1", madeBy: "shop/prod/backend" }],
    gone: [{ id: "key_gone", now: "revoked" }],
    changed: [
      { id: "key_a", lines: ["permissions widen: + scores:delete (unrestricted)"] },
      { id: "key_b", lines: ["permissions narrow: - scores:write", `ends: ${at(10)} → ${at(40)}`] },
    ],
    caveats: [],
  });
  expect(changes.findings).toContainEqual({ policy: "no-destructive-actions", more: 1, fewer: 0 });
  expect(changesSince(after, after, () => undefined)).toMatchObject({ made: [], rotated: [], gone: [], changed: [] });
});

test("since a report of other states: said, since a standing may differ for that alone", async () => {
  const one = await dataOf(gatheredOf([remote("key_a")]));
  const other = await dataOf(gatheredOf([remote("key_a")], [stateOf([stateKey("key_a", "backend")])]));
  expect(changesSince(one, other, () => undefined)).toMatchObject({
    changed: [{ id: "key_a", lines: ["standing: foreign → managed"] }],
    caveats: [expect.stringContaining("other states")],
  });
});
