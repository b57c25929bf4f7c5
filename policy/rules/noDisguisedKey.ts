import { ownerOf } from "../../provider/domain/marker.ts";
import { API_KEY_TYPE } from "../key/disguise.ts";
import { define, type Subject } from "../rule.ts";
import { cwe, nist } from "./references.ts";

export const noDisguisedKey = define({
  id: "no-disguised-key",
  title: "A key is declared as a key, and as its own",
  severity: "critical",
  level: "mandatory",
  description:
    "Nothing but `new ApiKey(…)` makes a key, and a key's `ownership` is what its own place in the stack makes it.",
  why:
    "The provider's text works under any resource type. A key under a type of somebody's own passes a review, and every " +
    "policy that looks for keys. And `ownership` says whose keys a run may end: one that a transform has set to another " +
    "resource's is a hand on that one's keys.",
  references: [nist("CM-8"), cwe(807, "Reliance on Untrusted Inputs in a Security Decision")],
  anyType: true,
  reads: [],
  alsoReads: ["ownership", "internal"],
  parameters: {},
  remediation: [
    "declare the key with `new ApiKey(…)` of pulumi-zkscore",
    "leave `ownership` to the constructor; take the transform that sets it out of the program",
    "run `pulumi up` once after a stack or resource was renamed or moved: it writes the new owner",
  ],
  example: {
    stack: "acme-prod",
    path: "ownership.owner",
    key: { ownership: { identity: "identity-1", project: "app", stack: "acme-prod", name: "backend" } },
    insecure: "the owner of another stack's key",
    secure: ownerOf("identity-1", `urn:pulumi:acme-prod::app::${API_KEY_TYPE}::backend`),
  },
  *resource(subject) {
    yield* foreign(subject);
    const { key, urn, type, fromState } = subject;
    const { identity, owner } = key.ownership;
    // The constructor makes the owner of the identity: while that isn't known, an owner that is was set by hand.
    if (type !== API_KEY_TYPE || owner === undefined) return;
    if (identity !== undefined && owner === ownerOf(identity, urn)) return;
    if (fromState && isRenamed(subject)) {
      const message = "is that of the resource's earlier name: it was renamed or moved, and `up` hasn't run since";
      yield { code: "renamed", path: "ownership.owner", step: 2, message, advisory: true };
    } else {
      const message = "isn't the owner that follows from this resource's stack and URN: it was set from outside";
      yield { code: "owner", path: "ownership.owner", step: 1, message };
    }
  },
  *stack(subjects) {
    for (const subject of subjects) yield* foreign(subject);
  },
});

function* foreign({ type, urn }: Subject) {
  if (type === API_KEY_TYPE) return;
  const message = "has the inputs of a key, or this provider's text, and isn't declared as one";
  yield { code: "foreign-type", path: "its type", urn, message };
}

/** In a recorded state: what it says of its place is another place. Its owner was right there. */
function isRenamed({ key: { ownership }, urn, name }: Subject): boolean {
  const [stack, project] = urn.split("::");
  return `urn:pulumi:${ownership.stack}` !== stack || ownership.project !== project || ownership.name !== name;
}
