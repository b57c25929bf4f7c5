import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "../emulator/index.ts";
import { exitWith } from "./exitWith.ts";
import { ensureSchemathesis } from "./openapiCheck/schemathesis.ts";
import { testDocument } from "./openapiCheck/test.ts";
import { packageRoot } from "./root.ts";

/**
 * `npm run check:openapi`: schemathesis compares docs/openapi.json with what the emulator does, from a seed that is
 * printed (`SEED=7` repeats it), and must find nothing. Then the control: a document that says one thing more than the
 * emulator does, which must be found.
 */
const DOCUMENT = join(packageRoot, "docs", "openapi.json");
const OPERATIONS = 5;
const SECONDS = 40;

async function main(): Promise<number> {
  const tool = await ensureSchemathesis();
  if ("missing" in tool) {
    const inCi = process.env["CI"] === "true";
    console.error(`${inCi ? "FAILED" : "SKIPPED, the OpenAPI document is not compared"}: ${tool.missing}`);
    return inCi ? 1 : 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "zkscore-openapi-"));
  const broken: unknown[] = [];
  process.on("warning", (warning) => warning.name === "EmulatorError" && broken.push(warning));
  const emulator = await startEmulator({ updates: "patch" }); // every operation of the document; no limits, no quota
  try {
    const seed = process.env["SEED"] ?? String(Math.floor(Math.random() * 1_000_000));
    console.log(`schemathesis: seed ${seed}, at most ${SECONDS} s`);
    const args = ["--seed", seed, "--max-time", String(SECONDS), "--max-examples", process.env["EXAMPLES"] ?? "40"];
    const found = await testDocument(tool.command, DOCUMENT, emulator, { folder, args });
    console.log(`${found.operations} operations, ${found.cases} requests`);
    if (!found.clean || broken.length > 0) {
      console.error(
        `${found.output}\nThe document and the emulator disagree: mend emulator/contract/requests.ts, or the emulator.`,
      );
      return 1;
    }
    if (found.operations !== OPERATIONS || found.cases < 100) {
      console.error(`${found.output}\nToo little was tested.`);
      return 1;
    }
    const planted = join(folder, "planted.json");
    writeFileSync(planted, withDisagreement(readFileSync(DOCUMENT, "utf8")));
    const only = ["--seed", "1", "--phases", "coverage", "--include-operation-id", "create", "--max-failures", "1"];
    const control = await testDocument(tool.command, planted, emulator, { folder, args: only });
    if (control.clean || !control.output.includes("Schema-valid request rejected")) {
      console.error(`${control.output}\nThe control failed: an empty name that the document allows was not found.`);
      return 1;
    }
    console.log("no disagreement; the planted one was found");
    return 0;
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The document, with empty names allowed. */
function withDisagreement(text: string): string {
  const document: unknown = JSON.parse(text);
  const { name } = Object(document).components.schemas.CreateRequest.properties;
  delete name.minLength;
  delete name.pattern;
  return JSON.stringify(document);
}

void exitWith(main());
