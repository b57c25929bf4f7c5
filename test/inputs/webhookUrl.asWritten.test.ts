import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { readWebhookUrl } from "../../provider/domain/webhookUrl.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { startInProcess } from "../support/host/inProcess.ts";
import { accountClock, counted, failure, keys, SCORES } from "../support/host/world.ts";
import { connection } from "../support/world.ts";

/** What is refused, by the cause that is named. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  backslash: ["https://hooks.acme.com\\@169.254.169.254/", "https:\\\\hooks.acme.com/", "https://a.example/x\\y"],
  whitespace: [
    "https://a.exa\tmple/",
    "https://a.example/\r\nHost: b",
    "https://a.example/ b",
    "https://a.example/\u2028",
  ],
  "control character": [
    "https://a.example/\u0000",
    "https://a.example/\u001b[2J",
    "https://a.example/%0d%0aX-Injected:%201",
    "https://a.example/%7F",
  ],
  ASCII: [
    "https://a\u00ad.example/",
    "https://a.example/\u202egro.evil",
    "https://a\u200b.example/",
    "https://a.example/\ud800",
    "https://faß.example/",
    "https://ⓔxample.com/",
    "https://a。example/",
    "https://１２７.0.0.1/",
    "https://a.example／@b.example/",
    "https://a.example/zürich",
  ],
  "user name or password": [
    "https://user@a.example/",
    "https://user:password@a.example/",
    "https://a.example:80@b.example/",
    "https://@a.example/",
    "https://a.example?@b.example/",
    "https://a.example#@b.example/",
  ],
  "not all programs read alike": [
    "https://127.1/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://2130706433/",
    "https://127.0.0.01/",
    "https://1.2.3.4.5/",
    "https://1.2.3.256/",
    "https://a.0x/",
    "https://localhost./",
    "https://localhost../",
    "https://a.example./",
    "https://.a.example/",
    "https://a..example/",
    "https://%6cocalhost/",
    "https://a.example%2fb/",
    "https://xn--/",
    "https://[::1%25eth0]/",
    "https://[::1/",
    "https://::1/",
    "https://[1.2.3.4]/",
    "https://a;b.example/",
    "https://a.example,b.example/",
    "https:///a.example/",
    `https://${"a".repeat(64)}.example/`,
  ],
  port: [
    "https://a.example:/",
    "https://a.example:0/",
    "https://a.example:65536/",
    "https://a.example:0443/",
    "https://a.example:80:81/",
  ],
  "http(s) URL": [
    "https:/a.example/",
    "https:a.example",
    "//a.example/",
    "ftp://a.example/",
    "javascript:alert(1)",
    "a.example",
    "",
  ],
  credential: [
    "https://a.example/?X-Amz-Signature=abc",
    "https://a.example/?a=1&x-amz-security%2Dtoken=abc",
    "https://a.example/?jwt=abc",
    "https://a.example/#access_token=abc",
    "https://a.example/;password=abc",
    "https://a.example/?api_key=abc",
    "https://a.example/zk_prod_0123456789abcdef0123",
    "https://a.example/?x=zk%5Fprod%255F0123456789abcdef0123",
    "https://a.example/#zk_live_AbCdEfGh",
    "https://a.example/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln",
  ],
};

/** What honest programs write: it passes, and is sent as written. */
const PASSES = [
  "https://hooks.acme.example/zkscore",
  "HTTPS://Hooks.Acme.Example/ZkScore",
  "https://hooks.acme.example:443",
  "https://hooks.acme.example",
  "https://hooks.acme.example:8443/a/b.php;v=1?team=core&to=a@b.example#top",
  "https://hooks.acme.example?team=core",
  "https://hooks.acme.example/@team/%7Ename/a%20b",
  "https://hooks.acme.example/z%C3%BCrich",
  "https://hooks.acme.example/{id}|x",
  "https://xn--bcher-kva.example/",
  "https://a_b-c.d1.example/",
  "https://prod-1.logic.azure.example/workflows/x/triggers/manual/run?api-version=1&sig=abc",
  "https://hooks.slack.example/services/T000/B000/XXXX",
  "https://a.example/zk_prod_scores",
  "https://203.0.113.7/",
  "https://[2001:db8::1]:8443/",
  "https://[2001:DB8:0::1]/",
  "http://localhost:8080/hook",
  "http://127.0.0.1:3000/",
];

describe.each(Object.entries(REFUSED))("refused: %s", (cause, urls) => {
  test.each(urls)("%j", (url) => {
    const read = readWebhookUrl(url);
    expect("fault" in read ? read.fault : "passes").toContain(cause);
  });
});

describe("passes", () => {
  test.each(PASSES)("%s", (url) => {
    expect(readWebhookUrl(url)).toHaveProperty("url");
  });
});

/** Pieces that parsers are known to disagree on, put together at random. */
const piece = fc.constantFrom(
  ...[
    "https://",
    "HTTP://",
    "a.example",
    "b.example",
    "127.0.0.1",
    "[::1]",
    "0x7f",
    "1",
    ".",
    ":",
    "80",
    "@",
    "/",
    "//",
  ],
  ...[
    "\\",
    "?",
    "#",
    "%40",
    "%2e",
    ";",
    "&",
    "=",
    "\t",
    " ",
    "\u3002",
    "ß",
    "xn--",
    "*",
    ",",
    "'",
    "!",
    "$",
    "|",
    "^",
    "{",
    "+",
  ],
);
const anyUrl = fc.array(piece, { maxLength: 8 }).map((pieces) => `https://${pieces.join("")}`);

test("a URL that passes names the same host to WHATWG's parser and to Python's", () => {
  const passing = fc
    .sample(fc.oneof(anyUrl, fc.constantFrom(...PASSES)), { numRuns: 20_000, seed: 7 })
    .flatMap((text) => {
      const read = readWebhookUrl(text);
      return "url" in read ? [{ text, host: read.url.host.replace(/[[\]]/g, "") }] : [];
    });
  expect(passing.length).toBeGreaterThan(1_000);
  const program =
    "import json,sys\nfrom urllib.parse import urlsplit\nprint(json.dumps([urlsplit(u).hostname for u in json.load(sys.stdin)]))";
  const input = JSON.stringify(passing.map(({ text }) => text));
  const python: unknown[] = JSON.parse(execFileSync("python3", ["-c", program], { input, encoding: "utf8" }));
  expect(python).toEqual(passing.map(({ host }) => host));
  const written = passing.filter(({ text }) => !text.includes("["));
  expect(written.map(({ text }) => new URL(text).hostname)).toEqual(written.map(({ host }) => host));
});

describe("in check", () => {
  const hook = (url: string) => ({ ...SCORES, webhooks: [{ url, events: ["score.updated"] }] });
  const NAMES = { project: "proj", stack: "dev" };
  const ownership = { identity: "id", owner: "o", ...NAMES, name: "a" };
  beforeEach(() => freshAccount({ updates: "patch" }, { ZKSCORE_UPDATES: "patch" }));

  test("what is wrong is named by field, without the URL, and nothing is sent", async () => {
    const told = await failure(stack.up(keys({ a: hook("https://hooks.acme.com\\@169.254.169.254/") })));
    expect(told).toContain("webhooks[0].url: holds a backslash");
    expect(told).not.toContain("169.254");
    expect(counted(api)["create"]).toBeUndefined();
  });

  test("what passes is sent as written, without the space around it", async () => {
    await stack.up(keys({ a: hook(" HTTPS://Hooks.Acme.Example:443\n") }));
    expect(api.keys()[0]?.webhooks?.map(({ url }) => url)).toEqual(["HTTPS://Hooks.Acme.Example:443"]);
  });

  test("one that the account holds is taken over, refreshed and destroyed", async () => {
    const bad = "https://user:pw@a.example/";
    await stack.up(keys({ a: hook("https://a.example/") }));
    api.edit(stack.id("a"), { webhooks: [{ url: bad, events: ["score.updated"] }] });
    await stack.refresh();
    // As the engine does for ignoreChanges: ["webhooks"].
    const webhooks = stack.key("a")?.inputs["webhooks"];
    expect(JSON.stringify(webhooks)).toContain(bad);
    await stack.up(keys({ a: { ...SCORES, webhooks, description: "changed" } }), { refresh: false });
    await stack.refresh();
    await stack.destroy();
    expect(api.keys().map(({ status }) => status)).toEqual(["revoked"]);
    const fresh = await failure(stack.up(keys({ b: hook(bad) })));
    expect(fresh, "control: written by the program it is refused").toContain("webhooks[0].url: holds a user name");
  });

  test("at its place in a state of an earlier release it is taken over, with a change beside it", async () => {
    const { key, end } = startInProcess({
      ...NAMES,
      env: connection(api),
      clock: accountClock(api),
      random: () => "0",
    });
    const olds = { ...hook("https://user:pw@a.example/"), ownership };
    const news = { ...olds, webhooks: [{ ...olds.webhooks[0], events: ["identity.minted"] }] };
    expect((await key.check(olds, news)).failures).toEqual([]);
    expect((await key.check({}, news)).failures, "control: a new key").toHaveLength(1);
    await end();
  });
});
