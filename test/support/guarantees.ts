import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** What one test file promises: its sentences, each under what it is said of. */
interface Guarantees {
  file: string;
  groups: { about: string; sentences: string[] }[];
}

const GROUPS = new Set(["describe", "describeWithEngine"]);
const TESTS = new Set(["test", "rest"]);

/** Titles of the tests in a folder, as Markdown: `docs/guarantees.md`. */
export function guaranteesPage(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .sort();
  const all = files.map((file) => guaranteesOf(file, readFileSync(join(folder, file), "utf8")));
  const count = all.flatMap(({ groups }) => groups.flatMap(({ sentences }) => sentences)).length;
  return [
    "# Guarantees",
    "",
    `What the tests say, in their own words: ${count} sentences of ${files.length} files, made by \`npm run docs\`. A sentence with`,
    "`…` stands for as many tests as its table has rows. Files named `*.engine.test.ts` run the real engine.",
    "",
    ...all.flatMap(({ file, groups }) => [
      `## ${file.replace(/\.test\.ts$/, "")}`,
      "",
      ...groups.flatMap(({ about, sentences }) => [
        ...(about === "" ? [] : [`${about}:`, ""]),
        ...sentences.map((sentence) => `- ${sentence}`),
        "",
      ]),
    ]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function guaranteesOf(file: string, text: string): Guarantees {
  const groups = new Map<string, string[]>();
  const walk = (node: ts.Node, about: readonly string[]): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : undefined;
    if (title?.kind === "test") {
      const group = groups.get(about.join(", ")) ?? [];
      groups.set(about.join(", "), [...group, title.text]);
      return;
    }
    const inner = title === undefined ? about : [...about, title.text];
    node.forEachChild((child) => walk(child, inner));
  };
  walk(ts.createSourceFile(file, text, ts.ScriptTarget.Latest), []);
  return { file, groups: [...groups].map(([about, sentences]) => ({ about, sentences })) };
}

/** Of `test("…", …)`, `test.each(rows)("…", …)`, `describe("…", …)` and the like. */
function titleOf(call: ts.CallExpression): { kind: "test" | "group"; text: string } | undefined {
  const callee = rootOf(call.expression);
  const kind = TESTS.has(callee) ? "test" : GROUPS.has(callee) ? "group" : undefined;
  const [first] = call.arguments;
  if (kind === undefined || first === undefined) return undefined;
  const text = textOf(first);
  return text === undefined ? undefined : { kind, text };
}

function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootOf(node.expression);
  return "";
}

function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return node.text.replace(/%\w|\$[\w.]+/g, "…");
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
}
