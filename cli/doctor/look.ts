import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type ApiFacts, lookAtApi } from "./look/api.ts";
import { type Lock, locksOf } from "./look/backend.ts";
import { type ExtraCa, extraCa } from "./look/certificates.ts";
import { jsonOf, onPath, type Ran, run } from "./look/command.ts";
import { findPackages, type Packages } from "./look/packages.ts";
import { findProject, type Project } from "./look/project.ts";

/** Everything that `doctor` looked at. Judging it asks nothing more. */
export interface Facts {
  env: NodeJS.ProcessEnv;
  /** Epoch ms. */
  now: number;
  engine: Ran;
  /** Of `pulumi-language-nodejs` and `pulumi-resource-pulumi-nodejs`, those that aren't there. */
  missingHosts: string[];
  /** `node --version` of PATH: the one that Pulumi starts. */
  node: Ran;
  project: Project | undefined;
  packages: Packages;
  whoami: Ran;
  /** URL of the state backend; it may hold a password. */
  backend: string | undefined;
  stacks: Stack[] | undefined;
  /** Of the current stack, in a file backend. */
  locks: Lock[] | undefined;
  /** The stack's `zkscore:` configuration: names, and values that aren't encrypted. */
  config: ReadonlyMap<string, { value?: string | undefined; secret: boolean }>;
  extraCa: ExtraCa | undefined;
  api: ApiFacts;
}

const stack = z.looseObject({
  name: z.string(),
  current: z.boolean().optional(),
  updateInProgress: z.boolean().optional(),
});
type Stack = z.infer<typeof stack>;
const configuration = z.record(z.string(), z.looseObject({ value: z.string().optional(), secret: z.boolean() }));
const identity = z.looseObject({ url: z.string() });

/** Looks at everything at once; each look ends by itself within seconds. */
export async function look(env: NodeJS.ProcessEnv, cwd: string): Promise<Facts> {
  const project = findProject(cwd);
  const folder = project?.program ?? cwd;
  const pulumi = (...args: string[]) => run("pulumi", args, env, cwd);
  const inProject = (...args: string[]) => (project === undefined ? Promise.resolve<Ran>("missing") : pulumi(...args));
  const configured = inProject("config", "--json", "--non-interactive").then(configOf);
  const [engine, node, whoami, stacks, config, api] = await Promise.all([
    pulumi("version"),
    run("node", ["--version"], env, folder),
    pulumi("whoami", "--json", "--non-interactive"),
    inProject("stack", "ls", "--json", "--non-interactive").then((ran) => z.array(stack).safeParse(jsonOf(ran)).data),
    configured,
    configured.then((known) => lookAtApi(env, (name) => known.get(name)?.value)),
  ]);
  const backend = identity.safeParse(jsonOf(whoami)).data?.url;
  const current = stacks?.find((one) => one.current === true)?.name;
  const locks =
    backend === undefined || current === undefined || project?.name === undefined
      ? undefined
      : locksOf(backend, project.name, current, hostname());
  return {
    ...{ env, now: Date.now(), engine, node, project, whoami, backend, stacks, locks, config, api },
    missingHosts: missingHosts(env),
    packages: findPackages(folder),
    extraCa: extraCa(env),
  };
}

function configOf(ran: Ran): Facts["config"] {
  const entries = Object.entries(configuration.safeParse(jsonOf(ran)).data ?? {});
  return new Map(
    entries
      .filter(([name]) => name.startsWith("zkscore:"))
      .map(([name, { value, secret }]) => [
        name.slice("zkscore:".length),
        { value: secret ? undefined : value, secret },
      ]),
  );
}

/** Pulumi looks on PATH, beside itself, and among its plugins. */
function missingHosts(env: NodeJS.ProcessEnv): string[] {
  const engine = onPath("pulumi", env);
  const beside = engine === undefined ? undefined : dirname(realpathSync(engine));
  const plugins = namesIn(join(env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"), "plugins"));
  return ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"].filter((name) => {
    if (onPath(name, env) !== undefined) return false;
    if (beside !== undefined && [name, `${name}.exe`, `${name}.cmd`].some((file) => existsSync(join(beside, file)))) {
      return false;
    }
    return !plugins.some((plugin) => plugin.startsWith(`${name.replace(/^pulumi-/, "")}-v`));
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
