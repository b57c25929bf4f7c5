import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openapi, openapiText } from "../../emulator/contract/openapi.ts";
import { KEY_OPERATIONS, STATUS_TABLE } from "../../emulator/contract/statuses.ts";

test("docs/openapi.json is what the schemas say now (else: npm run openapi)", () => {
  expect(readFileSync("docs/openapi.json", "utf8")).toBe(openapiText());
});

test("the OpenAPI document passes its linter without an error or a warning", () => {
  const { status, stdout, stderr } = spawnSync(
    "npx",
    ["redocly", "lint", "docs/openapi.json", "--max-problems", "20"],
    {
      encoding: "utf8",
      env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    },
  );
  expect(status, `${stdout}${stderr}`).toBe(0);
  expect(`${stdout}${stderr}`).not.toMatch(/warning/i);
});

test("the document has every operation with exactly the statuses of the table, and the error envelopes", () => {
  const text = openapiText();
  const documented: Record<string, string[]> = {};
  for (const methods of Object.values(Object(openapi()["paths"]))) {
    for (const operation of Object.values(Object(methods))) {
      const { operationId, responses } = Object(operation);
      documented[operationId] = Object.keys(responses);
    }
  }
  const expected = Object.fromEntries(
    KEY_OPERATIONS.map((operation) => [
      operation,
      Object.entries(STATUS_TABLE[operation]).flatMap(([status, cell]) => ("when" in cell ? [status] : [])),
    ]),
  );
  expect(documented).toEqual(expected);
  for (const name of ["FlatError", "SdkError", "apiKey", "statusCode", "Retry-After"])
    expect(text).toContain(`"${name}"`);
});
