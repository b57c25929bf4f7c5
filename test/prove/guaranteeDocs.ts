import { writeFileSync } from "node:fs";
import { guaranteesPage } from "../support/guarantees.ts";

/** Writes docs/guarantees.md from the titles of the tests: a part of `npm run docs`. */
writeFileSync("docs/guarantees.md", guaranteesPage("test"));
console.log("docs/guarantees.md");
