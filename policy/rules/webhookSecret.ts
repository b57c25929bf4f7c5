import { sha256 } from "../../provider/domain/stable.ts";
import { isUnknown } from "../key/view.ts";
import { define, type Finding, type Subject } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { cwe, nist } from "./references.ts";

const parameters = { minLength: integer("The shortest secret, in characters.", 32, 1) };

export const webhookSecret = define({
  id: "webhook-secret",
  title: "Every webhook is signed with a secret of its own",
  severity: "high",
  level: "mandatory",
  description:
    "A webhook has a secret of at least 32 characters, of some variety, that no other webhook of the stack has.",
  why:
    "Without a secret anybody who learns the URL can send events. With a shared one, whoever runs one receiver can forge " +
    "events for the other. The secrets are compared by hash and never shown.",
  references: [cwe(345, "Insufficient Verification of Data Authenticity"), nist("IA-5")],
  reads: ["webhooks[].secret"],
  parameters,
  remediation: [
    "set `secret` from a secret configuration value or a random resource, at least 32 characters",
    "give each webhook its own",
  ],
  example: {
    stack: "acme-dev",
    key: { webhooks: [{ url: "https://hooks.acme.example/zkscore", events: ["score.updated"] }] },
    path: "webhooks[0].secret",
    insecure: undefined,
    secure: "example-of-a-long-random-webhook-secret",
  },
  *resource(subject) {
    const { key, params } = subject;
    for (const { path, secret } of key.webhooks) {
      const where = `${path}.secret`;
      if (secret === undefined) {
        if (!isUnknown(key, where))
          yield { code: "absent", path: where, message: "isn't set: deliveries can be forged" };
      } else if (secret.length < params.minLength) {
        yield { code: "short", path: where, message: `is shorter than ${params.minLength} characters` };
      } else if (pairsIn(secret) < Math.min(12, params.minLength / 2)) {
        yield { code: "monotonous", path: where, message: "repeats a few characters and can be guessed" };
      }
    }
    yield* shared([subject], "within");
  },
  *stack(subjects) {
    yield* shared(subjects, "across");
  },
});

/**
 * Different pairs of neighbours: 1 for 32 equal characters, at most 10 for a word said three times or more, near 30 for
 * 32 random hex digits. No measure of strength: it only finds what was typed to fill the length.
 */
function pairsIn(secret: string): number {
  return new Set(Array.from({ length: secret.length - 1 }, (_, at) => secret.slice(at, at + 2))).size;
}

/** Webhooks with the same secret: of one key (`within`), or of two keys of the stack (`across`). */
function* shared(subjects: readonly Subject<typeof parameters>[], scope: "within" | "across"): Iterable<Finding> {
  const seen = new Map<string, { urn: string; name: string; path: string }>();
  for (const { key, urn, name } of subjects) {
    for (const { path, secret } of key.webhooks) {
      if (secret === undefined) continue;
      const digest = sha256(secret);
      const first = seen.get(digest);
      if (first === undefined) seen.set(digest, { urn, name, path });
      else if ((first.urn === urn) === (scope === "within")) {
        const other = first.urn === urn ? first.path : `${first.path} of the key ${first.name}`;
        yield { code: "shared", step: 1, path: `${path}.secret`, urn, message: `is the same as that of ${other}` };
      }
    }
  }
}
