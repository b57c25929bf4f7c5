import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { guaranteesPage } from "../support/guarantees.ts";

test("the page of guarantees is made from the tests' titles", () => {
  const page = guaranteesPage(join(packageRoot, "test"));
  expect(page.match(/^- /gm)?.length).toBeGreaterThan(500);
  expect(page, "run `npm run docs`").toBe(readFileSync(join(packageRoot, "docs", "guarantees.md"), "utf8"));
});
