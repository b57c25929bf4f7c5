import type { OptionRow, Subject } from "./optionRow.ts";
import type { Way } from "./verdicts.ts";

/** How far one key's declaration has moved; each number is part of its text. */
export interface Stage {
  declared: boolean;
  /** Whether the option is written at all. */
  option: boolean;
  /** Whether the key (and not only the floor) is declared. */
  key: boolean;
  value: number;
  description: number;
  trigger: number;
  field: number;
  permissions: number;
  renamed: boolean;
}

export const FIRST: Stage = {
  declared: true,
  option: true,
  key: true,
  value: 1,
  description: 1,
  trigger: 1,
  field: 1,
  permissions: 1,
  renamed: false,
};

const HEAD = `import { log, ResourceHook } from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
import { DynamicProvider, Floor, Home } from "../../../test/support/options/kit.mts";
const KEY = ApiKey.__pulumiType, HOME = "options:index:Home";
// Each is tried, also where the constructor of another one throws; the program fails all the same, with the exit code that
// the SDK's runner uses for an error which it has shown. A logged error alone fails nothing.
const attempt = (make) => {
  try {
    return make();
  } catch (error) {
    log.error(error.message);
    process.exitCode = 32;
  }
};
const explicitProvider = (s) => new DynamicProvider(\`\${s}-provider\`);
`;

/** The program that declares these keys, a block each. Node strips no types from it: there are none. */
export function optionProgram(subjects: readonly Subject[], stageOf: (subject: Subject) => Stage): string {
  return HEAD + subjects.map((subject) => block(subject, stageOf(subject))).join("");
}

/** The logical name of the key at a stage. */
export function logicalName({ name, row, way }: Subject, stage: Stage): string {
  return row.changes === "name" && way !== "inherited" && stage.renamed ? `${name}-renamed` : name;
}

function block(subject: Subject, stage: Stage): string {
  const { row, name } = subject;
  const { home, options } = placed(subject, stage);
  const lines = [
    `const s = "${name}", n = ${stage.value}, d = ${stage.description}, t = ${stage.trigger}, f = ${stage.field}, p = ${stage.permissions};`,
    row.before ?? "",
    home,
  ];
  if (stage.declared && stage.key) {
    lines.push(
      `const key = attempt(() => new ApiKey("${logicalName(subject, stage)}", ${keyArgs(subject)}, ${options}));`,
    );
    if (row.option === "parent") {
      lines.push(`new Floor("${name}-user", { w: key.apiKey }, ${options});`);
      lines.push(`new Floor("${name}-later", {}, { ...${options}, dependsOn: key });`);
    }
  }
  // It changes as the key's own arguments do; what the option does, it shows by itself.
  if (stage.declared && hasFloor(subject, stage))
    lines.push(`attempt(() => new Floor("${name}-floor", { ${row.floor ?? "v: [d, t, p].join()"} }, ${options}));`);
  return `{\n${lines.filter((line) => line !== "").join("\n")}\n}\n`;
}

function hasFloor({ row, way }: Subject, stage: Stage): boolean {
  const tried = row.ways[way];
  const refused = !("impossible" in tried) && tried.cells?.create !== undefined;
  if (refused && stage.key) return false; // it alone shows whether Pulumi refuses it
  return row.option !== "parent" && row.option !== "aliases";
}

/** The component, where there is one, and the options of the key. */
function placed({ row, way, name }: Subject, stage: Stage): { home: string; options: string } {
  const written = stage.option ? row.written : "";
  const parent = row.option === "parent" ? "inner" : "home";
  const home = (options: string) => `const ${parent} = new Home("${homeName(row, way, name, stage)}", { ${options} });`;
  switch (way) {
    case "own":
      return { home: "", options: `{ ${written} }` };
    case "inherited":
      return { home: home(written), options: `{ parent: ${parent} }` };
    case "transform":
    case "transformation": {
      const change =
        written === ""
          ? ""
          : `${way}s: [(t) => (t.type === HOME ? undefined : { props: t.props, opts: { ...t.opts, ${written} } })]`;
      return { home: home(change), options: `{ parent: ${parent} }` };
    }
  }
}

/** A component with aliases is renamed itself. */
function homeName(row: OptionRow, way: Way, name: string, stage: Stage): string {
  if (row.changes === "name" && way === "inherited") return stage.renamed ? `${name}-renamed` : name;
  return `${name}-home`;
}

function keyArgs({ row }: Subject): string {
  const permissions = row.permissions ?? `[{ resource: "scores", actions: ["read"] }]`;
  const overlap = row.withoutOverlap === true ? "" : `overlap: "1h", `;
  const every = row.changes === "field" ? `every: f * 30 + "d", ` : "";
  const more = row.args === undefined ? "" : `, ${row.args}`;
  return `{ permissions: ${permissions}, description: \`d\${d}\`, rotation: { ${overlap}${every}trigger: t }${more} }`;
}
