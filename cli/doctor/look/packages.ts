import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/** A package as Node finds it from some folder. */
export interface Found {
  /** Its real folder. */
  folder: string;
  version: string;
}

export interface Packages {
  /** From the program's folder. */
  zkscore: Found | undefined;
  sdk: Found | undefined;
  /** `@pulumi/pulumi` as `pulumi-zkscore` gets it. */
  sdkOfZkscore: Found | undefined;
  /** `@pulumi/policy` as the policy pack gets it. */
  policy: Found | undefined;
  /** Whether the pack's folder is there. */
  pack: boolean;
  /** More copies, below other packages: their folders. */
  nested: string[];
}

const manifest = z.looseObject({
  name: z.string().optional(),
  version: z.string().transform((text) => text.replace(/^v/, "")),
});

/** Looks for this package and Pulumi's where `folder`'s program gets them. */
export function findPackages(folder: string): Packages {
  const zkscore = find(folder, "pulumi-zkscore");
  const sdk = find(folder, "@pulumi/pulumi");
  const pack = zkscore === undefined ? undefined : join(zkscore.folder, "policy");
  const sdkOfZkscore = zkscore === undefined ? undefined : find(zkscore.folder, "@pulumi/pulumi");
  const known = new Set([zkscore, sdk, sdkOfZkscore].flatMap((one) => (one === undefined ? [] : [one.folder])));
  return {
    ...{ zkscore, sdk, sdkOfZkscore },
    policy: pack === undefined ? undefined : find(pack, "@pulumi/policy"),
    pack: pack !== undefined && existsSync(join(pack, "PulumiPolicy.yaml")),
    nested: nestedCopies(folder).filter((one) => !known.has(one)),
  };
}

/** As Node resolves a name: in node_modules of each folder upwards; in a package of that name, the package itself. */
function find(from: string, name: string): Found | undefined {
  for (let folder = real(from); ; folder = dirname(folder)) {
    const own = read(folder);
    if (own?.name === name) return { folder, version: own.version };
    const there = join(folder, "node_modules", name);
    const found = read(there);
    if (found !== undefined) return { folder: real(there), version: found.version };
    if (dirname(folder) === folder) return undefined;
  }
}

/** Copies that packages beside them brought along: a library of components, for example. */
function nestedCopies(from: string): string[] {
  const modules = modulesOf(from);
  if (modules === undefined) return [];
  const packages = entries(modules).flatMap((name) =>
    name.startsWith("@") ? entries(join(modules, name)).map((one) => join(name, one)) : [name],
  );
  return packages.flatMap((name) =>
    ["pulumi-zkscore", "@pulumi/pulumi"]
      .map((copy) => join(modules, name, "node_modules", copy))
      .filter((folder) => existsSync(join(folder, "package.json")))
      .map(real),
  );
}

function modulesOf(from: string): string | undefined {
  for (let folder = real(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules"))) return join(folder, "node_modules");
    if (dirname(folder) === folder) return undefined;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(folder: string): z.infer<typeof manifest> | undefined {
  try {
    return manifest.safeParse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).data;
  } catch {
    return undefined;
  }
}

function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
