import { createRequire } from "node:module";

/** The SDK's server keeps the stack's tags in one object, which it replaces when the engine tells it about the stack. */
const UNTOLD = initialTags();

/**
 * True under `pulumi policy analyze`, by the tags that a policy is given: it alone doesn't tell a pack which stack it
 * judges (seen with engine 3.259: `preview` and `up` send ConfigureStack first, without tags too, `analyze` sends none).
 * Nothing else that reaches a pack tells them apart. Where the SDK no longer works so, this is false: the stricter answer.
 */
export function isStateFile(stackTags: unknown): boolean {
  return UNTOLD !== undefined && stackTags === UNTOLD;
}

/** What a policy would be given before the engine has said anything: asked of the SDK's own function, with an empty stack. */
function initialTags(): unknown {
  let seen: unknown;
  try {
    const server: unknown = createRequire(__filename)("@pulumi/policy/server");
    const make: unknown = Reflect.get(Object(server), "makeAnalyzeStackRpcFun");
    if (typeof make !== "function") return undefined;
    const probe = {
      name: "probe",
      description: "",
      validateStack: (args: object) => (seen = Reflect.get(args, "stackTags")),
    };
    const judge: unknown = make("probe", "0.0.0", "advisory", [probe]);
    if (typeof judge === "function") judge({ request: { getResourcesList: () => [] } }, () => undefined);
  } catch {
    // An SDK that has no such function: see above.
  }
  return seen;
}
