import { writeFileSync } from "node:fs";
import { z } from "zod";
import { DEFAULT_BASE_URL, KEY_STATUSES } from "../../provider/domain/vocabulary.ts";
import { MAX_WHOLE } from "./query.ts";
import { instantText } from "./requests.ts";
import { SCHEMAS } from "./schemas.ts";
import { KEY_OPERATIONS, type KeyOperation, STATUS_TABLE } from "./statuses.ts";

type Json = Record<string, unknown>;
type SchemaName = keyof typeof SCHEMAS;

interface Shape {
  path: string;
  method: "get" | "post" | "patch" | "delete";
  summary: string;
  source: string;
  parameters: Json[];
  request?: SchemaName;
  response: SchemaName;
}

const query = (name: string, description: string, schema: Json): Json => ({ name, in: "query", description, schema });
const keyIdInPath: Json = {
  name: "keyId",
  in: "path",
  required: true,
  description: "The key's id.",
  schema: { type: "string" },
};
const paging = [
  query("limit", "Entries a page, of which no page has more than 100 (assumed).", {
    ...{ type: "integer", minimum: 1, maximum: MAX_WHOLE, default: 20 },
  }),
  query("offset", "Entries to skip (assumed).", { type: "integer", minimum: 0, maximum: MAX_WHOLE, default: 0 }),
];
const { $schema: _, ...instantSchema }: Json = z.toJSONSchema(instantText);

const SHAPES: Record<KeyOperation, Shape> = {
  create: {
    path: "/developer/keys",
    method: "post",
    summary: "Create an API key",
    source: "Documented.",
    parameters: [],
    request: "CreateRequest",
    response: "CreateResponse",
  },
  list: {
    path: "/developer/keys",
    method: "get",
    summary: "List API keys",
    source: "Documented; its query is assumed.",
    parameters: [
      ...paging,
      query("status", "Only keys of this status (assumed).", { type: "string", enum: [...KEY_STATUSES] }),
    ],
    response: "ListResponse",
  },
  revoke: {
    path: "/developer/keys/{keyId}",
    method: "delete",
    summary: "Revoke an API key",
    source: "Exists; verb, path and answers are assumed. A revoked key stays in the list.",
    parameters: [keyIdInPath],
    response: "RevokeResponse",
  },
  update: {
    path: "/developer/keys/{keyId}",
    method: "patch",
    summary: "Update an API key",
    source: "Assumed wholly: a deployment without it answers 404, 405 or 501.",
    parameters: [keyIdInPath],
    request: "UpdateRequest",
    response: "UpdateResponse",
  },
  usage: {
    path: "/developer/usage",
    method: "get",
    summary: "Get usage",
    source: "Documented; its query is assumed, and that an issued key may ask for its own.",
    parameters: [
      query("keyId", "Only this key's (assumed).", { type: "string" }),
      query("from", "From this instant (assumed). One after `to` is an empty span.", instantSchema),
      query("to", "Up to this instant (assumed).", instantSchema),
      ...paging,
    ],
    response: "UsageResponse",
  },
};

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const header = (description: string): Json => ({ description, schema: { type: "string" } });
const COMMON_HEADERS = ["X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

function headersOf(status: number): Json {
  const names = [...COMMON_HEADERS, ...(status === 429 ? ["Retry-After"] : []), ...(status === 405 ? ["Allow"] : [])];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** What the new key's id leads to. */
function links(operation: KeyOperation): Json {
  if (operation !== "create") return {};
  const to = (operationId: KeyOperation) => ({ operationId, parameters: { keyId: "$response.body#/keyId" } });
  return { links: { revoke: to("revoke"), update: to("update"), usage: to("usage") } };
}

function responses(operation: KeyOperation): Json {
  const cells = Object.entries(STATUS_TABLE[operation]).flatMap(([status, cell]) => {
    if (!("when" in cell)) return [];
    const code = Number(status);
    const schema = code < 300 ? ref(SHAPES[operation].response) : ref("Error");
    const content = { "application/json": { schema } };
    const next = code < 300 ? links(operation) : {};
    return [[status, { description: cell.when, headers: headersOf(code), content, ...next }]];
  });
  return Object.fromEntries(cells);
}

function operationObject(operation: KeyOperation): Json {
  const { summary, source, parameters, request } = SHAPES[operation];
  return {
    operationId: operation,
    tags: ["keys"],
    summary,
    description: source,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: ref(request) } } } }),
    responses: responses(operation),
  };
}

function schemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const generated = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "input" });
  const plain = Object.entries(generated.schemas).map(([name, { $schema: _, $id: __, id: ___, ...schema }]) => [
    name,
    schema,
  ]);
  return { ...Object.fromEntries(plain), Error: { anyOf: [ref("FlatError"), ref("SdkError")] } };
}

/** The key API as an OpenAPI 3.1 document, from the schemas the emulator and the client share and its status table. */
export function openapi(): Json {
  const paths: Record<string, Json> = {};
  for (const operation of KEY_OPERATIONS) {
    const { path, method } = SHAPES[operation];
    paths[path] = { ...paths[path], [method]: operationObject(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "ZKScore key API, as this package understands it",
      version: "1.0.0",
      description: "Gathered from the public reference. What it leaves open is assumed, and marked so.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [
      { url: DEFAULT_BASE_URL, description: "Base URL and prefix are configuration: guide pages write /api/v1." },
    ],
    security: [{ bearer: [] }],
    tags: [{ name: "keys", description: "API keys of a developer account." }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      headers: {
        "X-Request-Id": header("Names the request towards support."),
        "X-RateLimit-Limit": header("Requests allowed in the window."),
        "X-RateLimit-Remaining": header("Requests left in the window."),
        "X-RateLimit-Reset": header("When the window ends, in unix seconds."),
        "Retry-After": header("Seconds to wait."),
        Allow: header("Methods the path has."),
      },
      schemas: schemas(),
    },
  };
}

/** The document as it is committed in docs/openapi.json. */
export function openapiText(): string {
  return `${JSON.stringify(openapi(), undefined, 2)}\n`;
}

// `npm run openapi`
if (/emulator[\\/]contract[\\/]openapi\.[jt]s$/.test(process.argv[1] ?? ""))
  writeFileSync("docs/openapi.json", openapiText());
