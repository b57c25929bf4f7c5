import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliPage, cliSchemas } from "./cliDocs/page.ts";
import { packageRoot } from "./root.ts";

// `npm run docs`: docs/cli.md and docs/cli.schema.json, from the parser's definition and the schemas.
writeFileSync(join(packageRoot, "docs", "cli.md"), cliPage());
writeFileSync(join(packageRoot, "docs", "cli.schema.json"), cliSchemas());
