/** Whose processor time a process spends. */
export const ROLES = ["engine", "program", "provider", "policy"] as const;
export type Role = (typeof ROLES)[number];

/**
 * By its command line. Launchers and the language host are the engine's. `node -e` is the launcher's question where the
 * dynamic provider lies, which names the script too.
 */
export function roleOf(argv: readonly string[]): Role {
  const [executable = "", first] = argv;
  if (/terraform-provider-[\w.-]+$/.test(executable)) return "provider";
  if (first === "-e") return "engine";
  const runs = (script: string) =>
    argv.some((arg) => new RegExp(`@pulumi/pulumi/cmd/${script}(/index(\\.js)?)?$`).test(arg));
  if (runs("dynamic-provider")) return "provider";
  if (runs("run-policy-pack")) return "policy";
  return runs("run") ? "program" : "engine";
}
