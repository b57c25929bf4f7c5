import { writeFileSync } from "node:fs";
import { optionDocs } from "../support/options/optionDocs.ts";

/** Writes docs/options.md from the rows of the matrix: a part of `npm run docs`. */
writeFileSync("docs/options.md", optionDocs());
console.log("docs/options.md");
