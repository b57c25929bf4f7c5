import { readInternal } from "../../provider/domain/internal.ts";
import { unwrapped } from "./remediation.ts";

/** The type in every URN and state. Written out: the class it is compared with must not be its only witness. */
export const API_KEY_TYPE = "pulumi-nodejs:dynamic/zkscore:ApiKey";

/** Any type of this package runs a provider text that a program hands over: ours, too. */
const DYNAMIC = /^pulumi-nodejs:/i;

/** How deep inputs of a dynamic resource are searched, and how many values: enough for a wrapper, not for a document. */
const [DEPTH, VALUES] = [4, 500];

/** True for a resource that every rule judges: one of our type, and one that is a key in all but its type. */
export function isKey(resource: { readonly type: string; readonly props: unknown }): boolean {
  return resource.type === API_KEY_TYPE || isDisguised(resource);
}

/**
 * True for a resource of another type with the inputs that only our provider takes, `permissions` with `ownership`, or
 * with its text. A type is a word of the program: `pulumi-nodejs:dynamic/acme:Thing` with our text makes a key like any.
 */
export function isDisguised({ type, props }: { readonly type: string; readonly props: unknown }): boolean {
  if (type === API_KEY_TYPE) return false;
  const bag = fieldsOf(props);
  if (hasShape(bag)) return true;
  // The engine shows `__provider` to remediations only; where it is shown, our text under any type but the identity's.
  const text = bag["__provider"];
  if (typeof text === "string" && /zkscore/i.test(text) && !/\.stackIdentity\(\)/.test(text)) return true;
  return DYNAMIC.test(type) && holdsShape(bag);
}

function hasShape(bag: Readonly<Record<string, unknown>>): boolean {
  // Outputs have it in `internal`.
  const ownership = unwrapped(bag["ownership"]) ?? readInternal(unwrapped(bag["internal"]))?.ownership;
  if (unwrapped(bag["permissions"]) === undefined || ownership === undefined || ownership === null) return false;
  // An unknown value arrives as a text.
  return (
    typeof ownership === "string" || ["owner", "identity"].some((field) => Object.hasOwn(Object(ownership), field))
  );
}

function holdsShape(root: unknown): boolean {
  const open = [{ value: root, depth: 0 }];
  for (let seen = 0; seen < VALUES; seen++) {
    const next = open.pop();
    if (next === undefined) return false;
    const bag = fieldsOf(next.value);
    if (hasShape(bag)) return true;
    if (next.depth < DEPTH) open.push(...Object.values(bag).map((value) => ({ value, depth: next.depth + 1 })));
  }
  return false;
}

/** The members of an object or list, read beneath the SDK's proxies, which throw where a value is unknown. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const plain = unwrapped(value);
  return typeof plain === "object" && plain !== null ? Object.fromEntries(Object.entries(plain)) : {};
}
