import { runtimeFault } from "../../../provider/domain/nodeVersion.ts";
import { failed, ok, unknown, type Verdict, warning } from "../check.ts";
import type { Ran } from "../look/command.ts";
import type { Found } from "../look/packages.ts";
import type { Facts } from "../look.ts";

/** The lowest versions that this release works with; package.json's `peerDependencies`. */
export const LOWEST = { "@pulumi/pulumi": "3.216.0", "@pulumi/policy": "1.21.0" } as const;

export function engine({ engine }: Facts): Verdict {
  const version = printed(engine, /^v?(\d+\.\d+\.\d+\S*)/);
  if (version !== undefined) return ok(`Pulumi ${version}`);
  if (engine === "missing") {
    return failed(
      "`pulumi` isn't on PATH",
      "install Pulumi (https://www.pulumi.com/docs/install) and open a new terminal",
    );
  }
  return failed(`\`pulumi version\` ${why(engine)}`, "run it yourself; if it fails there, too, install Pulumi again");
}

export function languageHost({ engine, missingHosts }: Facts): Verdict {
  if (engine === "missing") return unknown("without the engine there is no place to look");
  if (missingHosts.length === 0) return ok("found: Pulumi can run Node.js programs and this provider");
  return failed(
    `${missingHosts.join(" and ")} isn't on PATH, beside \`pulumi\`, or among its plugins`,
    "install the whole of Pulumi again: both come with it",
  );
}

export function node({ node }: Facts): Verdict {
  const version = printed(node, /^v(\d+\.\d+\.\d+\S*)/);
  if (version === undefined) {
    return failed(
      node === "missing" ? "`node` isn't on PATH, and Pulumi starts it from there" : `\`node --version\` ${why(node)}`,
      "install Node 22.19 or newer",
    );
  }
  const fault = runtimeFault({ node: version });
  return fault === undefined
    ? ok(`Node ${version}`)
    : failed(`Node ${version} is what Pulumi starts, and that is too old`, "put Node 22.19 or newer first on PATH");
}

export function packages({ packages: { zkscore, sdk }, project }: Facts): Verdict {
  const versions = [
    ...(zkscore === undefined ? [] : [`pulumi-zkscore ${zkscore.version}`]),
    ...(sdk === undefined ? [] : [`@pulumi/pulumi ${sdk.version}`]),
  ].join(", ");
  if (zkscore === undefined || sdk === undefined) {
    const missing = [
      ...(zkscore === undefined ? ["pulumi-zkscore"] : []),
      ...(sdk === undefined ? ["@pulumi/pulumi"] : []),
    ];
    const found = `the program's folder doesn't find ${missing.join(" and ")}`;
    return project === undefined
      ? unknown(found, "run this in the folder of Pulumi.yaml")
      : failed(found, `npm install ${missing.join(" ")}`);
  }
  return older(sdk, LOWEST["@pulumi/pulumi"])
    ? failed(
        `${versions}: pulumi-zkscore needs @pulumi/pulumi ${LOWEST["@pulumi/pulumi"]} or newer`,
        "npm install @pulumi/pulumi@latest",
      )
    : ok(versions);
}

export function copies({ packages: { zkscore, sdk, sdkOfZkscore, nested } }: Facts): Verdict {
  if (zkscore === undefined || sdk === undefined) return unknown("not both packages were found");
  if (sdkOfZkscore !== undefined && sdkOfZkscore.folder !== sdk.folder) {
    return failed(
      `two copies of @pulumi/pulumi: the program's ${sdk.version} in ${sdk.folder}, and pulumi-zkscore's ${sdkOfZkscore.version} in ${sdkOfZkscore.folder}`,
      "npm dedupe; if that leaves two, let both ask for one version. A linked package (`npm link`) brings its own: install the packed file",
    );
  }
  return nested.length === 0
    ? ok("one copy of each")
    : warning(
        `more copies: ${nested.join(", ")}`,
        "npm dedupe; a library should name both packages in `peerDependencies`",
      );
}

export function policyPack({ packages: { zkscore, policy, pack } }: Facts): Verdict {
  if (zkscore === undefined) return unknown("pulumi-zkscore wasn't found");
  if (!pack) return failed(`${zkscore.folder} has no folder \`policy\``, "npm install pulumi-zkscore again");
  if (policy === undefined) {
    return unknown(
      "@pulumi/policy isn't installed, so no policies can run",
      "if you want them: npm install @pulumi/policy",
    );
  }
  const run = `pulumi preview --policy-pack node_modules/pulumi-zkscore/policy`;
  return older(policy, LOWEST["@pulumi/policy"])
    ? failed(
        `@pulumi/policy ${policy.version} is older than ${LOWEST["@pulumi/policy"]}`,
        "npm install @pulumi/policy@latest",
      )
    : ok(`@pulumi/policy ${policy.version}; \`${run}\` runs the policies`);
}

function printed(ran: Ran, form: RegExp): string | undefined {
  return typeof ran === "object" && ran.code === 0 ? form.exec(ran.stdout.trim())?.[1] : undefined;
}

function why(ran: Ran): string {
  if (typeof ran === "string") return "didn't end within seconds";
  return ran.code === 0 ? "printed something else" : `ended with ${ran.code}`;
}

/** By major, minor and patch; a pre-release counts as its release. */
function older({ version }: Found, lowest: string): boolean {
  const [have, need] = [version, lowest].map((one) => one.split(/[.-]/).slice(0, 3).map(Number));
  const differs = [0, 1, 2].find((at) => have?.[at] !== need?.[at]);
  return differs !== undefined && (have?.[differs] ?? 0) < (need?.[differs] ?? 0);
}
