import { inputsOf } from "./contestant.ts";

/** A Pulumi program of one contestant. */
export type ProgramOf = (keys: number, changed: boolean) => string;

const inputs = (keys: number, changed: boolean) =>
  JSON.stringify(Array.from({ length: keys }, (_, index) => inputsOf(index, changed)));

/** What the dynamic provider of the floor evaluates: as little as there can be, since the state of each key has it twice. */
export const FLOOR_PROVIDER = [
  "exports.handler=()=>({check:(o,n)=>({inputs:n}),diff:(i,o,n)=>({changes:o.description!==n.description}),",
  "create:n=>({id:crypto.randomUUID(),outs:{...n,apiKey:crypto.randomUUID()}}),update:(i,o,n)=>({outs:{...n,apiKey:o.apiKey}}),",
  "read:(id,props)=>({id,props}),delete(){}})",
].join("");

/** The same engine and the same inputs, a secret output, no request. */
export const floorProgram: ProgramOf = (keys, changed) => `
import { CustomResource } from "@pulumi/pulumi/resource.js";
const __provider = ${JSON.stringify(FLOOR_PROVIDER)};
class Key extends CustomResource {
  constructor(name, args) {
    super("pulumi-nodejs:dynamic/floor:Key", name, { apiKey: undefined, ...args, __provider }, { additionalSecretOutputs: ["apiKey"] });
  }
}
${inputs(keys, changed)}.forEach((args, index) => new Key("k" + index, args));
`;

/** As tutorials have it: a closure, fetch, one list a read. Pages are walked, or it would lose keys. */
export const naiveProgram: ProgramOf = (keys, changed) => `
import * as pulumi from "@pulumi/pulumi";
async function api(method, path, body) {
  const response = await fetch(process.env.ZKSCORE_BASE_URL + "/developer/keys" + path, {
    method,
    headers: { authorization: "Bearer " + process.env.ZKSCORE_TOKEN, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(method + " answered " + response.status);
  return response.json();
}
const wanted = ({ name, description, permissions, rateLimit, metadata }) => ({ name, description, permissions, rateLimit, metadata });
const provider = {
  async create(inputs) {
    const { keyId, apiKey } = await api("POST", "", wanted(inputs));
    return { id: keyId, outs: { ...inputs, keyId, apiKey } };
  },
  async diff(_id, olds, news) {
    return { changes: JSON.stringify(wanted(olds)) !== JSON.stringify(wanted(news)) };
  },
  async read(id, props) {
    for (let offset = 0, more = true; more; ) {
      const { keys, pagination } = await api("GET", "?limit=1000&offset=" + offset);
      const key = keys.find((one) => one.id === id);
      if (key) return { id, props: { ...props, ...wanted(key) } };
      more = pagination.hasMore;
      offset += keys.length;
    }
    throw new Error(id + " is gone");
  },
  async update(id, olds, news) {
    await api("PATCH", "/" + id, wanted(news));
    return { outs: { ...olds, ...wanted(news) } };
  },
  async delete(id) {
    await api("DELETE", "/" + id);
  },
};
class Key extends pulumi.dynamic.Resource {
  constructor(name, args) {
    super(provider, name, { apiKey: undefined, keyId: undefined, name, ...args }, { additionalSecretOutputs: ["apiKey"] });
  }
}
${inputs(keys, changed)}.forEach((args, index) => new Key("k" + index, args));
`;

export const ourProgram: ProgramOf = (keys, changed) => `
import { ApiKey } from "pulumi-zkscore";
${inputs(keys, changed)}.forEach((args, index) => new ApiKey("k" + index, args));
`;
