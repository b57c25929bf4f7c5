import type { Definition } from "../rule.ts";
import { DEFINITIONS, POLICY_NAMES, type PolicyName } from "../rules/index.ts";
import { ENVIRONMENT_WORDS } from "../settings/environment.ts";
import { exampleInputs, isField } from "./example.ts";
import { render } from "./render.ts";

/** The documentation of the pack, made from the definitions: file name in `docs/policies/` → text. */
export function policyDocs(): Map<string, string> {
  const pages = POLICY_NAMES.map((name): [string, string] => [`${DEFINITIONS[name].id}.md`, page(name)]);
  return new Map([["README.md", index()], ...pages]);
}

const GENERATED = "<!-- Made by `npm run docs` from policy/. Edit there. -->";

/** The table of all policies; the README has the same one. */
export function table(link: (id: string) => string): string {
  const rows = POLICY_NAMES.map((name) => {
    const definition: Definition = DEFINITIONS[name];
    const { id, rule, severity, level } = definition;
    return `| [${id}](${link(id)}) | ${kinds(definition)} | ${rule} | ${severity} | ${level}${softer(definition)} |`;
  });
  return ["| policy | kind | rule | severity | level |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** A README with the table between its two marks brought up to date; without the marks, unchanged. */
export function withTable(readme: string): string {
  const [start, end] = ["<!-- policies: made by `npm run docs` -->", "<!-- /policies -->"];
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)];
  if (from < 0 || to < from) return readme;
  return `${readme.slice(0, from + start.length)}\n${table((id) => `docs/policies/${id}.md`)}\n${readme.slice(to)}`;
}

function kinds(definition: Definition): string {
  const kind = [
    definition.resource !== undefined ? "R" : "",
    definition.stack !== undefined || definition.id === "exemption-hygiene" ? "S" : "",
    definition.liveResource !== undefined || definition.liveStack !== undefined ? "L" : "",
    definition.remediate !== undefined ? "fix" : "",
  ].filter((part) => part !== "");
  return kind.length === 0 ? "–" : kind.join(", ");
}

function softer({ parameters, id }: Definition): string {
  const elsewhere = parameters["outsideProduction"]?.default;
  if (id === "no-new-access") return " in CI, else advisory";
  return elsewhere === undefined ? "" : ` in production, else ${String(elsewhere)}`;
}

function page(name: PolicyName): string {
  const definition: Definition = DEFINITIONS[name];
  const { id, title, severity, level, rule, why, references, parameters, remediation, example, reads } = definition;
  const rows = Object.entries(parameters).map(([parameter, { schema, default: preset }]) => {
    const type =
      schema.enum === undefined ? String(schema.type) : schema.enum.map((option) => `\`${String(option)}\``).join(" ");
    return `| \`${parameter}\` | ${type} | \`${short(preset)}\` | ${schema.description ?? ""} |`;
  });
  return [
    GENERATED,
    `# ${id}`,
    `**${title}.** ${rule}`,
    `Severity ${severity}; by default ${level}${softer(definition)}. ${what(definition)}`,
    `## Why it matters\n\n${why}`,
    ...references
      .map(
        (r) =>
          `- ${r.reference.startsWith(r.name) ? r.reference : `${r.name} ${r.version}, ${r.reference}`}: ${r.specification}`,
      )
      .join("\n")
      .split("\n\n"),
    reads.length === 0 ? "" : `## What it reads\n\n${reads.map((field) => `\`${field}\``).join(", ")}`,
    rows.length === 0
      ? "## Parameters\n\nNone but `enforcementLevel`."
      : `## Parameters\n\n| name | type | default | meaning |\n|---|---|---|---|\n${rows.join("\n")}`,
    configuration(name),
    `## Refused\n\n${sample(definition, "insecure")}\n\nThis and the next differ in \`${example.path}\` only.`,
    `## Accepted\n\n${sample(definition, "secure")}`,
    `## How to fix a violation\n\n${remediation.map((step, i) => `${i + 1}. ${step}`).join("\n")}`,
    remedy(definition),
    exempting(id),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function what(definition: Definition): string {
  const parts = [
    definition.resource === undefined
      ? ""
      : "It judges each key's inputs in `preview` and before `up` makes or changes the key.",
    definition.stack === undefined
      ? ""
      : "It judges the stack's keys as they are, in `preview`, after `up`, and in `policy analyze`.",
    definition.liveResource === undefined && definition.liveStack === undefined
      ? ""
      : "It asks the account, only where live checks are on; an API that gives no answer leads to an advisory, `not evaluated`.",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function configuration(name: PolicyName): string {
  const { id, parameters }: Definition = DEFINITIONS[name];
  const [first] = Object.entries(parameters);
  const value = first === undefined ? { enforcementLevel: "advisory" } : { [first[0]]: first[1].default };
  const file = `\`\`\`json\n${JSON.stringify({ [id]: value }, null, 2)}\n\`\`\``;
  const code = `\`\`\`ts\nnew ZkscoreGuard({ ${name}: ${render(value, 0)} });\n\`\`\``;
  return `In the file given to \`--policy-pack-config\`, or in a pack of one's own:\n\n${file}\n\n${code}`;
}

function sample({ id, example }: Definition, which: "insecure" | "secure"): string {
  const { path, account, stack, name = "backend" } = example;
  if (path === "exemptions" || path === "settings") {
    const value = path === "settings" ? example[which] : { exemptions: example[which] };
    const day = path === "exemptions" ? "On 1 November 2026:\n\n" : "";
    return `${day}\`\`\`json\n${JSON.stringify({ "pack-settings": value }, null, 2)}\n\`\`\``;
  }
  // What only the constructor or a transform writes is told beside the program.
  const { ownership, ...inputs } = exampleInputs(example, which);
  const set =
    ownership === undefined ? "" : `With \`${path}: ${JSON.stringify(example[which])}\`, as it reaches Pulumi:\n\n`;
  const [, parameter] = /^parameters\.(.+)$/.exec(path) ?? [];
  const world = isField(example)
    ? ""
    : parameter !== undefined
      ? `${account ?? ""}\n\n\`\`\`json\n${JSON.stringify({ [id]: { [parameter]: example[which] } }, null, 2)}\n\`\`\`\n\n`
      : `${account ?? "On 1 November 2026, a key with this output:"} \`${path}: ${JSON.stringify(example[which])}\`.\n\n`;
  const told = isField(example) && account !== undefined ? `${account}\n\n` : "";
  return `${set}${world}${told}In the stack \`${stack}\`:\n\n\`\`\`ts\nnew ApiKey("${name}", ${render(inputs, 0)});\n\`\`\``;
}

function remedy({ id, remediate }: Definition): string {
  if (remediate === undefined) return "";
  return `At level \`remediate\` the pack fixes it itself, in the run and never in the program: \`"${id}": "remediate"\`. It only ever narrows a key.`;
}

function exempting(id: string): string {
  if (id === "pack-settings" || id === "exemption-hygiene") return ""; // the first exempts an environment: see the index
  const exemption = {
    policy: id,
    urn: "*::backend",
    reason: "why it is right here",
    owner: "team",
    until: "2026-12-31",
  };
  return `## How to exempt a key\n\n\`\`\`json\n${JSON.stringify({ "pack-settings": { exemptions: [exemption] } }, null, 2)}\n\`\`\`\n\nAll five fields are needed. The finding is then shown as an advisory; after \`until\` it blocks again. See [exemption-hygiene](exemption-hygiene.md).`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 90 ? `${text.slice(0, 87)}…` : text;
}

function index(): string {
  return `${GENERATED}

# The policy pack

Policies refuse dangerous ZKScore keys before they exist. R judges a key's inputs and prevents; S judges the whole stack,
after everything else on \`up\`; L asks the account, on request only; fix means that level \`remediate\` can repair it.

${table((id) => `${id}.md`)}

## Run it

\`\`\`sh
pulumi preview --policy-pack policy                                  # in a clone of this repository, after npm ci
pulumi up --policy-pack node_modules/pulumi-zkscore/policy           # from the installed package
pulumi up --policy-pack … --policy-pack-config zkscore-policy.json   # with settings of your own
\`\`\`

The package needs \`@pulumi/policy\` beside it: \`npm install --save-dev @pulumi/policy\`. Local packs run on \`preview\` and
\`up\`, not on \`refresh\` or \`destroy\`.

The configuration is one JSON file: \`all\` for a level, and each policy by its id. Levels are \`advisory\`, \`mandatory\`,
\`remediate\` and \`disabled\`; a policy's own level is the most that a violation can do, and its \`outsideProduction\` may only
lower it. A parameter that doesn't exist, or a value it can't have, is one error that names it. A policy id that doesn't exist
is the CLI's to refuse: with parameters it does (\`invalid enforcement level ""\`), with nothing but a level it doesn't.

\`\`\`json
{
  "all": "mandatory",
  "expiry-horizon": { "maxDays": 60 },
  "ownership": "disabled",
  "pack-settings": { "environmentTag": "env" }
}
\`\`\`

A pack of your own, in TypeScript:

\`\`\`ts
import { ZkscoreGuard } from "pulumi-zkscore/policy";

new ZkscoreGuard({ all: "mandatory", expiryHorizon: { maxDays: 30 } });
\`\`\`

## What counts as production

Three things may say it: \`pack-settings.environment\`, the stack tag \`environment\`, and the words of the stack's name
(\`acme-prod\`, \`prod1\`, \`prodeu\`, \`live\`, not \`product\`). **The strictest holds.** Where the first that speaks is to
decide although another says production, an exemption of \`pack-settings\` with the URN \`urn:pulumi:STACK::*\` says so, for one
stack, with an owner and an end. A word that nobody knows, in the setting or the tag, is a violation, and counts as
production. Nothing said is not production: where a stack's name says nothing, set a tag, or \`productionByDefault\`.

| environment | its words; yours are added by \`environmentWords\` |
| --- | --- |
${Object.entries(ENVIRONMENT_WORDS)
  .map(([name, words]) => `| ${name} | ${words.join(", ")} |`)
  .join("\n")}

## In CI

\`\`\`yaml
- run: npm ci
- run: pulumi preview --policy-pack policy --policy-pack-config zkscore-policy.json
  env:
    ZKSCORE_POLICY_LIVE: "1"       # live checks; leave out to stay offline
    ZKSCORE_TOKEN: \${{ secrets.ZKSCORE_TOKEN }}
\`\`\`

A mandatory violation ends the command with an error, and on \`up\` before the key is made. Policies of kind S are asked
after everything else: on \`up\` their violation comes when the change is made, so let a \`preview\` go first.

## On existing state

\`\`\`sh
pulumi stack export --stack acme-prod > state.json
pulumi policy analyze --file state.json --policy-pack policy
\`\`\`

It needs no login, runs no program and asks nobody. Without the passphrase secrets are read as \`[secret]\`, and what hangs on
them is reported as not judged.

## What the pack doesn't promise

- Somebody who can change the command can leave the flag out: enforce it in CI, or by a policy group of Pulumi Cloud.
- A program that holds the token can call the API by itself, and hide that from any policy. What the pack finds is what
  goes through this provider, under whatever type it is declared.
- Keys of this stack are found in the account by their mark, which anybody who may list can copy. A copied mark can make
  \`no-new-access\` stricter, never more lenient.
- An output that a preview can't know is named in an advisory and judged by \`up\`, before the key is made.
- Remediated inputs don't pass the provider's \`check\` again; the remediations only write what \`check\` accepts.
`;
}
