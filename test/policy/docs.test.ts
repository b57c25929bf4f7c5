import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { policyDocs, TEMPLATE } from "../../policy/docs/pages.ts";
import { CATALOGUE } from "../../policy/grants/catalogue.ts";
import type { Rule } from "../../policy/rule.ts";
import { RULES } from "../../policy/rules/index.ts";
import { packageRoot } from "../../tools/root.ts";

const folder = join(packageRoot, "docs", "policies");
const rules = Object.values<Rule>(RULES);

test("docs/policies is what `npm run docs` makes", () => {
  const pages = policyDocs(readFileSync(join(packageRoot, TEMPLATE), "utf8"));
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  expect(pages.size).toBe(rules.length + 1);
  for (const [file, text] of pages) expect(readFileSync(join(folder, file), "utf8"), file).toBe(text);
});

test("every policy has all that a page needs, once, in words", () => {
  const ids = rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, title, description, why, remediation, references, parameters } of rules) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    for (const text of [title, description, why, ...remediation]) expect(text.length, id).toBeGreaterThan(10);
    expect(description).toMatch(/[.)]$/);
    expect(references.length).toBeGreaterThan(0);
    for (const [name, parameter] of Object.entries(parameters)) {
      expect(parameter.schema.description, `${id} ${name}`).toBeTruthy();
      expect(parameter.schema.default, `${id} ${name}`).toEqual(parameter.default);
      expect(parameter.accepts(parameter.default), `${id} ${name}`).toBe(true);
    }
  }
});

test("the catalogue classes every grant and argues it", () => {
  expect(CATALOGUE).toHaveLength(18);
  expect(new Set(CATALOGUE.map(({ abuse }) => abuse)).size).toBe(18);
  expect(CATALOGUE.filter(({ abuse }) => abuse === "unclassed")).toEqual([]);
});
