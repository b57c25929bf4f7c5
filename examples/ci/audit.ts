import { readFileSync } from "node:fs";

// node ci/audit.ts before.json after.json: Markdown that says what a run did to each key, from two `pulumi stack export`
// (without --show-secrets). Ids, instants and the secrets' fingerprints; the secrets stay encrypted in those files.
const KEY = "pulumi-nodejs:dynamic/zkscore:ApiKey";
const FIELDS = ["name", "description", "permissions", "rateLimit", "metadata", "expiry", "rotation", "status"];

interface Key {
  keyId: string;
  fingerprint?: string;
  expiry?: string;
  rotateAt?: string;
  previous?: { keyId: string; revokeAfter: string }[];
  [field: string]: unknown;
}
interface Export {
  deployment: { resources?: { urn: string; type: string; delete?: boolean; outputs?: Key }[] };
}

/** The keys of an exported state, by URN. */
function keysIn(file = ""): Map<string, Key> {
  const { deployment } = JSON.parse(readFileSync(file, "utf8")) as Export;
  const keys = (deployment.resources ?? []).filter((one) => one.type === KEY && one.delete !== true);
  return new Map(keys.flatMap(({ urn, outputs }) => (outputs === undefined ? [] : [[urn, outputs]])));
}

/** In one cell of a table, as it stands. */
function cell(value: string): string {
  return value
    .replace(/[\\`*_[\]<>&#|~]/g, "\\$&")
    .replace(/\s+/g, " ")
    .replaceAll("@", "@<!-- -->");
}
const id = (keyId: string) => `\`${keyId}\``;

/** What happened to the key of one URN. */
function happened(was: Key | undefined, is: Key | undefined): string[] {
  if (was === undefined) return ["**made**"];
  if (is === undefined) return [`**removed**: ${id(was.keyId)} is no longer managed here`];
  const before = was.previous ?? [];
  const now = new Set((is.previous ?? []).map(({ keyId }) => keyId));
  const ended = before
    .filter(({ keyId }) => !now.has(keyId))
    .map(({ keyId }) => `**revoked** ${id(keyId)}, retired earlier`);
  if (was.keyId !== is.keyId) return [`**replaced** ${id(was.keyId)}`, ...ended];
  const changed = FIELDS.filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
  return [...(changed.length > 0 ? [`**changed**: ${changed.join(", ")}`] : []), ...ended];
}

const [before, after] = [keysIn(process.argv[2]), keysIn(process.argv[3])];
const urns = [...new Set([...before.keys(), ...after.keys()])].sort();
const events = urns.map((urn) => ({ urn, is: after.get(urn), what: happened(before.get(urn), after.get(urn)) }));
const rows = events
  .filter(({ what }) => what.length > 0)
  .map(({ urn, is, what }) => {
    const retired = (is?.previous ?? []).map(({ keyId, revokeAfter }) => `${id(keyId)} until ${revokeAfter}`);
    const cells = [
      cell(urn.split("::").at(-1) ?? urn),
      what.join("; "),
      is === undefined ? "–" : id(is.keyId),
      is?.fingerprint === undefined ? "–" : `\`${is.fingerprint}\``,
      retired.join(", ") || "–",
      is?.rotateAt ?? "–",
      is?.expiry ?? "–",
    ];
    return `| ${cells.join(" | ")} |`;
  });

const quiet = events.length - rows.length;
const table = [
  "| key | what happened | its id now | fingerprint of its secret | retired, lives on | rotates after | ends |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...rows,
];
console.log(
  [
    "### What this run did to API keys",
    "",
    ...(rows.length > 0 ? table : ["Nothing."]),
    "",
    `${quiet} of ${events.length} unchanged.`,
    "",
  ].join("\n"),
);
