import { z } from "zod";

// No hyphen in a name: with one, the requests of two teams could be meant by the same stack.
const name = z.string().regex(/^[a-z][a-z0-9]{1,19}$/, "needs 2 to 20 small letters and digits, a letter first");
const list = z.array(z.string().min(1)).min(1);

const schema = z.strictObject({
  team: name,
  application: name,
  environment: z.enum(["dev", "staging", "prod"]),
  /** What the application needs the API for. */
  purpose: z.string().min(5).max(200),
  permissions: z
    .array(
      z.strictObject({
        resource: z.enum(["identity", "scores", "achievements", "trading", "trust", "attestations"]),
        actions: z.array(z.enum(["read", "write", "delete"])).min(1),
        restrictions: z.strictObject({ identities: list, chains: list }).partial().optional(),
      }),
    )
    .min(1),
});

/** What a team may ask for. Where requests come from, limits and lifetimes aren't theirs to choose: index.ts. */
export type Request = z.infer<typeof schema>;

/** A request that can't be read as one; each line names a field. */
export class BadRequest extends Error {}

export function parseRequest(text: string): Request {
  const { success, data, error } = schema.safeParse(json(text));
  if (success) return data;
  throw new BadRequest(error.issues.flatMap(explained).join("\n"));
}

/** The stack that a request is about, and the name of its file. */
export function stackOf({ team, application, environment }: Request): string {
  return `${team}-${application}-${environment}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest("the request: isn't JSON");
  }
}

function explained(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== "unrecognized_keys") return [`${place(issue.path)}: ${issue.message}`];
  return issue.keys.map((key) => `${place([...issue.path, key])}: is no field of a request`);
}

/** `permissions[0].actions[1]` */
function place(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
  return steps.join("").replace(/^\./, "") || "the request";
}
