import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type UrlFault, urlFaults } from "../../policy/network/webhookUrl.ts";
import { RULES } from "../../policy/rules/index.ts";
import { defaultsOf } from "../../policy/sdk/runtime.ts";
import { findingsOf, NOW } from "../support/policy/cases.ts";
import { python } from "../support/policy/python.ts";
import { drawn } from "../support/seed.ts";

/** A webhook's URL is judged as the text that is sent. Python's urllib, libcurl and Node read it, too: none differently. */
const { numRuns: CASES, seed: SEED } = drawn("webhook URLs", 400);

const lists = defaultsOf(RULES.webhookHttps.parameters);
const rulesOf = (text: string) => urlFaults(text, lists).map(({ code }: UrlFault) => code);

test("honest URLs pass, whatever their case, default port or empty path", () => {
  for (const text of [
    "https://hooks.acme.example/zkscore",
    "https://hooks.acme.example",
    "HTTPS://Hooks.ACME.Example:443/ZkScore",
    "https://hooks.acme.example/a/b;v=1?page=1&sort=name#top",
    "https://hooks.acme.example/a?empty=&list[]=1&next=%2Fpath%2Fmore",
    "https://xn--mnchen-3ya.example/hook",
    "https://my_host.acme.example/hook",
    "https://3com.example/hook/3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "https://ec2-203-0-113-25.compute-1.amazonaws.com/hook",
    "https://localhost.example/x?monkey=1&author=me&design=2",
    "https://hooks.acme.example/token/list",
    "https://internal.acme.example/svc/local",
  ]) {
    expect(rulesOf(text), text).toEqual([]);
  }
});

describe("what one parser takes for another place is refused", () => {
  test.each([
    "https://hooks.acme.com\\@169.254.169.254/",
    "https://hooks.acme.com\\.evil.example/",
    "https:\\\\hooks.acme.com/x",
    "https://hooks.acme.com/a\\..\\b",
    "https://hooks.ac\tme.com/x",
    "https://hooks.acme.com/x\r\nHost: evil",
    "https://hooks.acme.com/x%0d%0aHost:evil",
    "https://hooks.acme.com/%250d%250a",
    "https://hooks.acme.com/x\u0000",
    " https://hooks.acme.com/x",
    "https://hooks.acme.com/x ",
    "https://hooks.acme.com/a b",
    "https://hooks\u200b.acme.com/x",
    "https://hooks.acme.com/\u202ex",
    "https://hooks.acme.com\u3002evil.example/",
    "https://m\u00fcnchen.example/x",
    "https://hooks%2eacme.com/x",
    "https://hooks.acme.com%00.evil.example/x",
    "https://hooks.acme.com./x",
    "https://hooks..acme.com/x",
    "https://.hooks.acme.com/x",
    "https://-hooks.acme.com/x",
    "https:hooks.acme.com/x",
    "https:/hooks.acme.com/x",
    "https:///hooks.acme.com/x",
    "https://hooks.acme.com:443@evil.example/x",
    "https://hooks.acme.com:22/x",
    "https://hooks.acme.com:8443/x",
    "https://hooks.acme.com:/x",
    "https://hooks.acme.com:0443/x",
    "https://hooks.acme.com:443:443/x",
    "https://xn--a.example\u2024com/x",
    `https://${"a".repeat(64)}.example/x`,
    "ftp://hooks.acme.com/x",
    "//hooks.acme.com/x",
  ])("%j", (text) => {
    expect(rulesOf(text)).not.toEqual([]);
  });
});

describe("hosts that are inside, or lead there", () => {
  test.each([
    "localhost",
    "localhost.",
    "localhost..",
    "LOCALHOST",
    "a.localhost",
    "a.localhost.",
    "localhost.localdomain",
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0x7f000001",
    "017700000001",
    "2130706433",
    "0",
    "0.0.0.0.",
    "[::1]",
    "[::ffff:7f00:1]",
    "10.0.0.1.",
    "10.0.0.1.nip.io",
    "10-0-0-1.sslip.io",
    "app.127.0.0.1.xip.io",
    "nip.io",
    "a.localtest.me",
    "lvh.me",
    "api.default.svc",
    "api.default.svc.cluster.local",
    "vault.service.consul",
    "db.internal",
    "printer.local",
    "nas.lan",
    "metadata.google.internal",
    "metadata.azure.com",
    "intranet",
    "a.corp",
    "10-0-0-1.evil.example",
    "x.192.168.1.1.evil.example",
    "ip-172-31-0-9.ec2.internal",
    "1.0.0.127.in-addr.arpa",
  ])("%s", (host) => {
    expect(rulesOf(`https://${host}/x`).some((rule) => rule === "inner-host" || rule === "ip-literal")).toBe(true);
  });
});

describe("credentials, wherever they stand", () => {
  test.each([
    "https://user:pass@hooks.acme.com/x",
    "https://user@hooks.acme.com/x",
    "https://hooks.acme.com/x?X-Amz-Signature=0123",
    "https://hooks.acme.com/x?X-Amz-Credential=0123",
    "https://hooks.acme.com/x?sv=1&sig=0123",
    "https://hooks.acme.com/x?jwt=0123",
    "https://hooks.acme.com/x?%6awt=0123",
    "https://hooks.acme.com/x?%256awt=0123",
    "https://hooks.acme.com/x?a=1;Api-Key=2",
    "https://hooks.acme.com/x?api.key=2",
    "https://hooks.acme.com/x?auth[token]=2",
    "https://hooks.acme.com/x?token",
    "https://hooks.acme.com/x#access_token=0123",
    "https://hooks.acme.com/x;jwt=0123/y",
    "https://hooks.acme.com/token=0123",
    "https://hooks.acme.com/x?next=https%3A%2F%2Fa.example%2F%3Fsecret%3D1",
    "https://hooks.acme.com/x?next=https://u:p@a.example/",
    "https://hooks.acme.com/zk_prod_0123456789",
    "https://hooks.acme.com/%7Ak_prod_0123456789",
    "https://hooks.acme.com/x#zk_test_1",
    "https://hooks.acme.com/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "https://hooks.acme.com/x?v=AKIAIOSFODNN7EXAMPLE",
    "https://hooks.acme.com/ghp_0123456789abcdefghij",
    "https://hooks.acme.com/x?v=sk_live_0123456789",
  ])("%s", (text) => {
    const faults = urlFaults(text, lists);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every(({ credential }) => credential)).toBe(true);
  });
});

test("a secret that was typed to fill the length is none", () => {
  const rules = (secret: string) =>
    findingsOf(RULES.webhookSecret, {
      inputs: { permissions: [], webhooks: [{ url: "https://a.example", events: [], secret }] },
      stack: "acme-dev",
      name: "backend",
      tags: {},
      options: { protect: false, ignoreChanges: [], additionalSecretOutputs: ["apiKey"] },
      now: NOW,
    }).map(({ code }) => code);
  for (const weak of [
    "a".repeat(32),
    " ".repeat(40),
    "ab".repeat(16),
    "password".repeat(4),
    "changeme".repeat(5),
    "0123456789".repeat(4),
    `${"x".repeat(31)}y`,
  ]) {
    expect(rules(weak), weak).toEqual(["monotonous"]);
  }
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 32 }),
      fc.constantFrom("hex", "base64", "base64url"),
      (bytes, form) => {
        // fast-check likes zeros: only what a random source could have given.
        fc.pre(new Set(bytes).size > 10);
        const secret = Buffer.from(bytes).toString(form as "hex");
        if (secret.length >= 32) expect(rules(secret)).toEqual([]);
      },
    ),
    { numRuns: CASES, seed: SEED },
  );
});

/** What urllib and libcurl (its own URL parser, by ctypes) make of each text: host and port, or null where they refuse it. */
const PARSERS = `
import sys, json, ctypes, ctypes.util
from urllib.parse import urlsplit
try: lib = ctypes.CDLL(ctypes.util.find_library("curl") or "libcurl.so.4")
except OSError: lib = None
if lib:
    lib.curl_url.restype = ctypes.c_void_p
    lib.curl_url_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    lib.curl_url_get.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p), ctypes.c_uint]
    lib.curl_url_cleanup.argtypes = [ctypes.c_void_p]
def py(t):
    try:
        u = urlsplit(t)
        return [u.hostname or "", u.port or 443, u.username or ""]
    except ValueError: return None
def curl(t):
    h = lib.curl_url()
    try:
        if lib.curl_url_set(h, 0, t.encode("utf-8", "surrogatepass"), 0) != 0: return None
        def part(which, flags=0):
            p = ctypes.c_char_p()
            return p.value.decode("utf-8", "replace") if lib.curl_url_get(h, which, ctypes.byref(p), flags) == 0 else ""
        return [part(5).lower(), int(part(6, 1) or 0), part(2)]
    finally: lib.curl_url_cleanup(h)
texts = json.load(sys.stdin)
print(json.dumps({"curl": lib is not None, "read": [[py(t), curl(t) if lib else None] for t in texts]}))
`;

type Read = [string, number, string] | null;

const piece = fc.constantFrom(
  "https",
  "HTTPS",
  "http",
  ":",
  "/",
  "//",
  "\\",
  "@",
  "?",
  "#",
  ".",
  "..",
  "%2e",
  "%00",
  "%40",
  ":443",
  ":80",
  ":",
  "[::1]",
  "127.0.0.1",
  "0x7f.1",
  "hooks",
  "acme",
  "example",
  "com",
  "evil",
  "localhost",
  "xn--mnchen-3ya",
  "\u3002",
  "\uff0f",
  "\u00ad",
  "\u200b",
  "\u00df",
  "\t",
  "\n",
  " ",
  "_",
  "-",
  "a=1",
  "&",
  ";",
);
const wild = fc.array(piece, { minLength: 1, maxLength: 10 }).map((parts) => parts.join(""));
const near = fc
  .tuple(
    fc.constantFrom("https://", "HTTPS://", "https:", "https:///"),
    fc.constantFrom("hooks.acme.example", "a.b"),
    fc.array(piece, { maxLength: 5 }),
    fc.nat(30),
    piece,
  )
  .map(([scheme, host, rest, at, more]) => {
    const text = `${scheme}${host}${rest.join("")}`;
    const place = Math.min(at, text.length);
    return text.slice(0, place) + (place % 2 === 0 ? more : "") + text.slice(place);
  });

test("what passes is read alike by urllib, libcurl and Node: host, port, and nobody's name", ({ skip }) => {
  const texts = fc.sample(fc.oneof({ weight: 1, arbitrary: wild }, { weight: 4, arbitrary: near }), {
    numRuns: CASES * 10,
    seed: SEED,
  });
  const answer = python<{ curl: boolean; read: [Read, Read][] }>(PARSERS, texts);
  if (answer === undefined) return skip("no python3 on this machine");
  const place = /^(ambiguous|unreadable|not-https|userinfo|port|ip-literal|inner-host)$/;
  let [passed, differing] = [0, 0];
  for (const [index, text] of texts.entries()) {
    const node = URL.parse(text);
    const read = answer.read[index]?.slice(0, answer.curl ? 2 : 1) ?? [];
    const own: Read = node === null ? null : [node.hostname, Number(node.port || 443), node.username];
    const alike = read.every((other) => JSON.stringify(other) === JSON.stringify(own)) && own !== null;
    if (!alike) differing++;
    if (rulesOf(text).some((rule) => place.test(rule))) continue;
    passed++;
    expect(alike, `${JSON.stringify(text)}: ${JSON.stringify([own, ...read])}`).toBe(true);
  }
  expect(passed).toBeGreaterThan(CASES / 10);
  expect(differing).toBeGreaterThan(CASES); // the parsers do differ on what is refused
  console.log(`webhook URLs: ${passed} passed, ${differing} read differently, libcurl: ${answer.curl}`);
});
