import { urlFaults } from "../network/webhookUrl.ts";
import { define } from "../rule.ts";
import { strings } from "../settings/parameters.ts";
import { cwe, owaspApi } from "./references.ts";

/** Names of parameters that carry secrets. Compared in lower case, letters and digits alone. */
const SECRET_PARAMETERS = [
  "*secret*",
  "*token*",
  "*password*",
  "passwd",
  "passphrase",
  "pass",
  "pwd",
  "*apikey*",
  "*accesskey*",
  "*privatekey*",
  "authkey",
  "functionskey",
  "masterkey",
  "sharedkey",
  "subscriptionkey",
  "key",
  "sig",
  "*signature*",
  "sas",
  "hmac",
  "*jwt*",
  "auth",
  "authorization",
  "bearer",
  "*credential*",
  "session",
  "sessionid",
  "sid",
  "code",
  "otp",
] as const;

/**
 * Hosts by which clouds hand out credentials, names that only resolve inside a network, and services whose names
 * resolve to whatever address, or to the caller's own machine, is written in them.
 */
const INNER_HOSTS = [
  "localhost",
  "*.localhost",
  "*.localdomain",
  "*.local",
  "*.internal",
  "*.intranet",
  "*.private",
  "*.corp",
  "*.home",
  "*.lan",
  "*.home.arpa",
  "*.in-addr.arpa",
  "*.ip6.arpa",
  "metadata",
  "metadata.*",
  "instance-data",
  "*.svc",
  "*.cluster.local",
  "*.consul",
  "*.docker",
  "nip.io",
  "*.nip.io",
  "sslip.io",
  "*.sslip.io",
  "xip.io",
  "*.xip.io",
  "traefik.me",
  "*.traefik.me",
  "localtest.me",
  "*.localtest.me",
  "lvh.me",
  "*.lvh.me",
  "vcap.me",
  "*.vcap.me",
  "lacolhost.com",
  "*.lacolhost.com",
  "localho.st",
  "*.localho.st",
  "*.local.gd",
  "*.rbndr.us",
  "*.1u.ms",
];

export const webhookHttps = define({
  id: "webhook-https",
  title: "Webhooks go to named public hosts over TLS",
  severity: "high",
  level: "mandatory",
  description: "A webhook's URL, as it is written, is https, names a public host, and holds no credential.",
  why:
    "A webhook is a request that somebody else's server makes for you. An address inside a network turns that server into a " +
    "way in; http shows every event to the path; a secret in a URL ends up in access logs. The text is sent as it stands, " +
    "so what two parsers read differently is refused.",
  references: [
    owaspApi("API7:2023", "Server Side Request Forgery"),
    cwe(598, "Use of GET Request Method With Sensitive Query Strings"),
  ],
  reads: ["webhooks[].url"],
  parameters: {
    innerHosts: strings("Hosts (`*` and `?` allowed) that no webhook may name.", INNER_HOSTS),
    secretParameters: strings(
      "Names of parameters that say secret (`*` allowed; lower case, letters and digits alone).",
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
      for (const { code, message, credential } of urlFaults(url, params)) {
        yield { code, path: `${path}.url`, message, ...(credential ? { step: 1 } : {}) };
      }
    }
  },
});
