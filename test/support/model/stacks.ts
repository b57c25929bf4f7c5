import { join } from "node:path";
import type { Outcome } from "../engine/command.ts";
import type { TestStack } from "../engine/stack.ts";

const QUIET = ["--non-interactive", "--color", "never"];

/** `up`, `preview`, `refresh` or `destroy` of another stack of the same project. */
export function onStack(stack: TestStack, name: string, verb: string, args: readonly string[] = []): Promise<Outcome> {
  const unattended = verb === "preview" ? [] : ["--yes", "--skip-preview"];
  return stack.run([verb, "--stack", name, ...unattended, ...QUIET, ...args]);
}

/** A file beside the project. */
export function beside(stack: TestStack, name: string): string {
  return join(stack.folder, name);
}

/** The URN of the key with this logical name. */
export async function urnOf(stack: TestStack, name: string): Promise<string> {
  const { deployment } = await stack.export();
  const found = deployment.resources?.find(({ urn }) => urn.endsWith(`::${name}`));
  if (found === undefined) throw new Error(`no ${name} in the state`);
  return found.urn;
}

/** An exported stack without one resource, and without what the others say of it. */
export function withoutResource(exported: string, urn: string): string {
  const checkpoint = JSON.parse(exported);
  const { resources } = checkpoint.deployment;
  checkpoint.deployment.resources = resources
    .filter((resource: { urn: string }) => resource.urn !== urn)
    .map(({ dependencies: _all, propertyDependencies: _each, ...rest }: Record<string, unknown>) => rest);
  return JSON.stringify(checkpoint);
}
