import type { Reference, Rule } from "../rule.ts";
import { POLICY_NAMES, type PolicyName, RULES } from "../rules/index.ts";
import { ENVIRONMENT_WORDS } from "../settings/environment.ts";
import { exampleInputs, isField } from "./example.ts";
import { render } from "./render.ts";

/** Where the first page's text stands. */
export const TEMPLATE = "policy/docs/README.template.md";

/** The documentation of the pack, made from {@link TEMPLATE}'s text and the rules: file name in `docs/policies/` → text. */
export function policyDocs(template: string): Map<string, string> {
  const pages = POLICY_NAMES.map((name): [string, string] => [`${RULES[name].id}.md`, page(name)]);
  return new Map([["README.md", index(template)], ...pages]);
}

const GENERATED = "<!-- Made by `npm run docs` from policy/. Edit there. -->";

/** The table of all policies. */
export function table(link: (id: string) => string): string {
  const rows = POLICY_NAMES.map((name) => {
    const rule: Rule = RULES[name];
    const { id, description, severity, level } = rule;
    return `| [${id}](${link(id)}) | ${kinds(rule)} | ${description} | ${severity} | ${level}${softer(rule)} |`;
  });
  return ["| policy | kind | rule | severity | level |", "|---|---|---|---|---|", ...rows].join("\n");
}

function kinds(rule: Rule): string {
  const kind = [
    rule.resource !== undefined ? "R" : "",
    rule.stack !== undefined || rule.id === "exemption-hygiene" ? "S" : "",
    rule.liveResource !== undefined || rule.liveStack !== undefined ? "L" : "",
    rule.remediate !== undefined ? "fix" : "",
  ].filter((part) => part !== "");
  return kind.length === 0 ? "–" : kind.join(", ");
}

function softer({ parameters, id }: Rule): string {
  const elsewhere = parameters["outsideProduction"]?.default;
  if (id === "no-new-access") return " in CI, else advisory";
  return elsewhere === undefined ? "" : ` in production, else ${String(elsewhere)}`;
}

function page(name: PolicyName): string {
  const rule: Rule = RULES[name];
  const { id, title, severity, level, description, why, references, parameters, remediation, example, reads } = rule;
  const rows = Object.entries(parameters).map(([parameter, { schema, default: preset }]) => {
    const type =
      schema.enum === undefined ? String(schema.type) : schema.enum.map((option) => `\`${String(option)}\``).join(" ");
    return `| \`${parameter}\` | ${type} | \`${short(preset)}\` | ${schema.description ?? ""} |`;
  });
  return [
    GENERATED,
    `# ${id}`,
    `**${title}.** ${description}`,
    `Severity ${severity}; by default ${level}${softer(rule)}. ${what(rule)}`,
    `## Why it matters\n\n${why}`,
    references.map(source).join("\n"),
    reads.length === 0 ? "" : `## What it reads\n\n${reads.map((field) => `\`${field}\``).join(", ")}`,
    rows.length === 0
      ? "## Parameters\n\nNone but `enforcementLevel`."
      : `## Parameters\n\n| name | type | default | meaning |\n|---|---|---|---|\n${rows.join("\n")}`,
    configuration(name),
    `## Refused\n\n${sample(rule, "insecure")}\n\nThis and the next differ in \`${example.path}\` only.`,
    `## Accepted\n\n${sample(rule, "secure")}`,
    `## How to fix a violation\n\n${remediation.map((step, i) => `${i + 1}. ${step}`).join("\n")}`,
    remedy(rule),
    exempting(id),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function source({ name, version, reference, specification }: Reference): string {
  return `- ${reference.startsWith(name) ? reference : `${name} ${version}, ${reference}`}: ${specification}`;
}

function what(rule: Rule): string {
  const parts = [
    rule.resource === undefined
      ? ""
      : "It judges each key's inputs in `preview` and before `up` makes or changes the key.",
    rule.stack === undefined
      ? ""
      : "It judges the stack's keys as they are, in `preview`, after `up`, and in `policy analyze`.",
    rule.liveResource === undefined && rule.liveStack === undefined
      ? ""
      : "It asks the account, only where live checks are on; an API that gives no answer leads to an advisory, `not evaluated`.",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function configuration(name: PolicyName): string {
  const { id, parameters }: Rule = RULES[name];
  const [first] = Object.entries(parameters);
  const value = first === undefined ? { enforcementLevel: "advisory" } : { [first[0]]: first[1].default };
  const file = `\`\`\`json\n${JSON.stringify({ [id]: value }, null, 2)}\n\`\`\``;
  const code = `\`\`\`ts\nnew ZkscoreGuard({ ${name}: ${render(value, 0)} });\n\`\`\``;
  return `In the file given to \`--policy-pack-config\`, or in a pack of one's own:\n\n${file}\n\n${code}`;
}

function sample({ id, example }: Rule, which: "insecure" | "secure"): string {
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

function remedy({ id, remediate }: Rule): string {
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

function index(template: string): string {
  const words = Object.entries(ENVIRONMENT_WORDS).map(([name, list]) => `| ${name} | ${list.join(", ")} |`);
  const filled = template
    .replace("<!-- the table of policies -->", () => table((id) => `${id}.md`))
    .replace("<!-- the words of each environment -->", () => words.join("\n"));
  return `${GENERATED}\n\n${filled}`;
}
