import { isIP } from "node:net";
import { define, type Finding } from "../definition.ts";
import { anyGlobMatches } from "../glob.ts";
import { strings } from "../parameters.ts";
import { cwe, owaspApi } from "../references.ts";

/** Names of query parameters that carry secrets. Compared in lower case, with `-` and `_` removed. */
const SECRET_PARAMETERS = [
  "*secret*",
  "*token*",
  "*password*",
  "passwd",
  "pwd",
  "*apikey*",
  "key",
  "sig",
  "signature",
  "auth",
  "authorization",
  "credential*",
  "code",
] as const;

/** Hosts by which clouds hand out credentials, and names that only resolve inside a network. */
const INNER_HOSTS = [
  "localhost",
  "*.localhost",
  "*.local",
  "*.internal",
  "*.lan",
  "*.home.arpa",
  "metadata",
  "metadata.*",
  "instance-data",
];

export const webhookHttps = define({
  id: "webhook-https",
  title: "Webhooks go to named public hosts over TLS",
  severity: "high",
  level: "mandatory",
  rule: "A webhook's URL is https, names a public host, and holds no credential.",
  why:
    "A webhook is a request that somebody else's server makes for you. An address inside a network turns that server into a " +
    "way in; http shows every event to the path; a secret in a URL ends up in access logs.",
  references: [
    owaspApi("API7:2023", "Server Side Request Forgery"),
    cwe(598, "Use of GET Request Method With Sensitive Query Strings"),
  ],
  reads: ["webhooks[].url"],
  parameters: {
    innerHosts: strings("Hosts (`*` and `?` allowed) that no webhook may name.", INNER_HOSTS),
    secretParameters: strings(
      "Names of query parameters that say secret (`*` allowed; lower case, without `-` and `_`).",
      SECRET_PARAMETERS,
    ),
  },
  remediation: [
    "use `https://` and the public name of a host you run",
    "move the credential to `secret`, with which each delivery is signed",
  ],
  example: {
    stack: "acme-dev",
    key: { webhooks: [{ events: ["score.updated"], secret: "example-of-a-long-random-webhook-secret" }] },
    path: "webhooks[0].url",
    insecure: "http://hooks.acme.example/zkscore",
    secure: "https://hooks.acme.example/zkscore",
  },
  *resource({ key, params }) {
    for (const { path, url } of key.webhooks) {
      if (url === undefined) continue;
      yield* badUrl(`${path}.url`, url, params);
    }
  },
});

type Lists = { readonly innerHosts: readonly string[]; readonly secretParameters: readonly string[] };

function* badUrl(path: string, text: string, lists: Lists): Iterable<Finding> {
  if (!URL.canParse(text)) {
    yield { rule: "unreadable", path, message: "is no URL" };
    return;
  }
  const url = new URL(text);
  // The WHATWG parser has already turned 0x7f.1, 2130706433 and 127.1 into 127.0.0.1.
  const host = url.hostname.replace(/\.$/, "").toLowerCase();
  if (url.protocol !== "https:") yield { rule: "not-https", path, message: "isn't https" };
  if (url.username !== "" || url.password !== "") {
    yield { rule: "userinfo", path, step: 1, message: "holds a user name or password" };
  }
  if (isIP(host.replace(/^\[|\]$/g, "")) !== 0) {
    yield { rule: "ip-literal", path, message: "names its host by IP address" };
  } else if (host === "" || !host.includes(".") || anyGlobMatches(lists.innerHosts, host)) {
    yield {
      rule: "inner-host",
      path,
      message: "names a host inside a network, or one that hands out cloud credentials",
    };
  }
  const names = [...url.searchParams.keys()].map((name) => name.toLowerCase().replace(/[-_]/g, ""));
  if (names.some((name) => anyGlobMatches(lists.secretParameters, name)) || /zk_[a-z]+_/i.test(url.search)) {
    yield { rule: "secret-in-query", path, step: 1, message: "has a query parameter that carries a secret" };
  }
}
