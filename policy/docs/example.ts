import type { Example } from "../rule.ts";

/** The day the examples are judged on. */
export const EXAMPLE_NOW = "2026-11-01T00:00:00Z";

/** Inputs of a key that every policy accepts, in production too. Examples are this key with a few fields changed. */
export const COMPLIANT: Readonly<Record<string, unknown>> = {
  namePrefix: "backend",
  description: "Reads scores for the web back end.",
  permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }],
  rateLimit: { requestsPerMinute: 60 },
  expiresIn: "30d",
  metadata: { owner: "team-scores", purpose: "score badges" },
  rotation: { every: "21d", window: "2d", overlap: "24h" },
  deletionPolicy: "prevent",
};

/** The inputs of an example's key, with the field at `path` insecure or secure. */
export function exampleInputs(example: Example, which: "insecure" | "secure"): Record<string, unknown> {
  const inputs: Record<string, unknown> = { ...structuredClone(COMPLIANT), ...structuredClone(example.key ?? {}) };
  return isField(example) ? withField(inputs, example.path, example[which]) : inputs;
}

/** True if the example differs in a field of the program, not in an output, the account, or the configuration. */
export function isField({ path }: Example): boolean {
  return !/^(outputs\.|account\.|parameters\.|exemptions$|settings$)/.test(path);
}

/** A copy with the field at a path such as `permissions[0].actions` set; `undefined` removes it. */
export function withField(
  inputs: Readonly<Record<string, unknown>>,
  path: string,
  value: unknown,
): Record<string, unknown> {
  const copy: Record<string, unknown> = structuredClone({ ...inputs });
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
  const last = steps.pop() ?? "";
  let bag: object = copy;
  for (const [index, step] of steps.entries()) {
    const inner: unknown = Reflect.get(bag, step);
    if (typeof inner === "object" && inner !== null) bag = inner;
    else {
      const made = /^\d+$/.test(steps[index + 1] ?? last) ? [] : {};
      Reflect.set(bag, step, made);
      bag = made;
    }
  }
  if (value === undefined) Reflect.deleteProperty(bag, last);
  else Reflect.set(bag, last, value);
  return copy;
}
