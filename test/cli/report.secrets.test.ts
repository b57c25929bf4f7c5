import { expect, test } from "vitest";
import { parseState } from "../../cli/exportedState.ts";
import { dataInPage, pageOf } from "../../cli/report/page/page.ts";
import { changesSince } from "../../cli/report/since.ts";
import { type Canaries, leaksIn } from "../support/canaries.ts";
import { HOSTILE, hostileIn } from "../support/network/hostileAccount.ts";
import { dataOf, gatheredOf, markOf, NOW, remote } from "../support/report.ts";

const CANARIES: Canaries = new Map([
  ["key", "zk_prod_Ca9aryCa9aryCa9ary77"],
  ["token", "management-token-canary-5521"],
  ["webhook secret", "whsec-canary-8842-abcdef"],
  ["name that is a secret", "quarterly-canary-name-17"],
  ["address that is a secret", "203.0.113.217"],
  ["metadata", "canary-in-metadata-4242"],
]);
const canary = (name: string) => CANARIES.get(name) ?? "";

/** As `pulumi stack export --show-secrets` writes a secret. */
const inClear = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

function exportedInClear(): string {
  const permissions = [
    {
      resource: "scores",
      actions: ["read"],
      restrictions: { ipWhitelist: inClear([canary("address that is a secret")]) },
    },
  ];
  const outputs = {
    keyId: "key_1",
    apiKey: inClear(canary("key")),
    name: inClear(canary("name that is a secret")),
    description: inClear(canary("name that is a secret")),
    permissions,
    webhooks: [{ url: "https://hooks.acme.example/", events: [], secret: canary("webhook secret") }],
    drift: { metadata: canary("metadata") },
    previous: [],
    ownership: { identity: "i", owner: "o", project: "shop", stack: "prod", name: "backend" },
  };
  const resource = {
    urn: "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/zkscore:ApiKey::backend",
    type: "pulumi-nodejs:dynamic/zkscore:ApiKey",
    id: "key_1",
    outputs,
  };
  return JSON.stringify({
    version: 3,
    deployment: { manifest: { time: "2026-11-26T00:00:00Z" }, resources: [resource] },
  });
}

const live = remote("key_1", {
  // The account shows these to whoever lists it; the state holds them as secrets.
  name: canary("name that is a secret"),
  description: canary("name that is a secret"),
  permissions: [
    { resource: "scores", actions: ["read"], restrictions: { ipWhitelist: [canary("address that is a secret")] } },
  ],
  webhooks: [{ url: `https://hooks.acme.example/?token=${canary("webhook secret")}`, events: [] }],
  metadata: { ...markOf("backend"), note: canary("metadata") },
});

test("no secret is in the data or the page: of a state with its secrets in clear, nor put into a name or description", async () => {
  const state = parseState(exportedInClear(), "state.json");
  const careless = remote("key_2", {
    name: `copy of ${canary("key")}`,
    description: encodeURIComponent(`Bearer ${canary("token")}`).replaceAll("-", "%2d"),
    metadata: { owner: canary("key") },
  });
  for (const gathered of [gatheredOf([live, careless], [state]), { now: NOW, states: [state] }]) {
    const data = await dataOf(gathered, [canary("token")]);
    const changes = changesSince({ ...data, keys: [] }, data, () => undefined);
    const page = pageOf({ ...data, changes }, "");
    expect(leaksIn(JSON.stringify(data), CANARIES)).toEqual([]);
    expect(leaksIn(page, CANARIES)).toEqual([]);
    expect(data.keys[0]).toMatchObject({ id: "key_1", name: "(its name is a secret in the state)" });
    expect(data.keys[0]?.permissions).toBeUndefined();
  }
});

test("the scan can fail: the same account without the state, whose names are then no secret", async () => {
  const page = pageOf(await dataOf(gatheredOf([live])), "");
  expect(leaksIn(page, CANARIES)).toContain("name that is a secret as raw");
  expect(leaksIn(page, CANARIES).filter((leak) => /key|token|webhook|metadata/.test(leak))).toEqual([]);
});

const MARKUP = [
  `</script><script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `<!-- --><style>*{display:none}</style>`,
  `<b>&lt;i&gt;</b>`,
  HOSTILE,
];

test("names, ids, owners, marks and resources from outside are text: no element, attribute or line of theirs", async () => {
  const keys = MARKUP.map((text, index) =>
    remote(`key_${index}${text}`, {
      name: text,
      description: text,
      status: text,
      expiry: text,
      permissions: [{ resource: text, actions: [text, "read"], restrictions: { chains: [text] } }],
      metadata: { ...markOf(text), owner: text },
    }),
  );
  const harmless = keys.map((_, index) =>
    remote(`key_${index}`, {
      metadata: { ...markOf("a"), owner: "b" },
      permissions: [{ resource: "x", actions: ["y", "read"] }],
      expiry: "never",
    }),
  );
  const page = pageOf(await dataOf(gatheredOf(keys)), "");
  const tags = (text: string) =>
    [...text.replace(/<script.*?<\/script>/gs, "").matchAll(/<\/?([a-z!]\w*)/gi)].map(([, name]) => name);
  const allowed = new Set([...tags(pageOf(await dataOf(gatheredOf(harmless)), ""))]);
  expect(tags(page).filter((tag) => !allowed.has(tag))).toEqual([]);
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page.match(/<style/g)).toHaveLength(1);
  expect(page.replace(/"[^"]*"/g, '""').match(/<[^>]* on\w+=/g)).toBeNull();
  expect(hostileIn(page.replaceAll("\n", " "))).toEqual([]);
  const carried: unknown = JSON.parse(dataInPage(page) ?? "");
  expect(carried).toMatchObject({ keys: expect.arrayContaining([expect.objectContaining({ name: MARKUP[0] })]) });
});

test("the page loads nothing and sends nothing: its policy allows one style and one script, by their digests", async () => {
  const page = pageOf(await dataOf(gatheredOf([live])), "const a = 1;");
  expect(page).toMatch(
    /default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]{44}&#39;; script-src &#39;sha256-[\w+/=]{44}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;/,
  );
  expect(page.replace(/<script type="application\/json".*?<\/script>/s, "")).not.toMatch(
    /\b(src|srcset|href="(?!#))=|url\(|@import/,
  );
});
