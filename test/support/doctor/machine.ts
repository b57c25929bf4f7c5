import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A machine on which all is well: a Pulumi that answers from variables, a project with its packages. Faults are planted in it. */
export interface Machine {
  /** The project's folder. */
  folder: string;
  /** All of PATH. */
  bin: string;
  /** Variables of a healthy command. */
  env: Record<string, string | undefined>;
  write(file: string, text: string): void;
  remove(file: string): void;
  dispose(): void;
}

// Builtins of sh only: nothing else is on PATH.
const PULUMI = `#!/bin/sh
if [ "$FAKE_HANGS" = "$1" ]; then exec /bin/sleep 60; fi
if [ "$FAKE_FAILS" = "$1" ]; then echo "$FAKE_CANARY" >&2; exit 255; fi
case "$1" in
  version) echo "\${FAKE_VERSION:-v3.259.0}" ;;
  whoami) printf '{"user":"me","url":"%s"}\\n' "$FAKE_BACKEND" ;;
  config) echo "\${FAKE_CONFIG:-{\\}}" ;;
  stack) echo "\${FAKE_STACKS:-[{\\"name\\":\\"dev\\",\\"current\\":true\\}]}" ;;
esac
`;

export function healthyMachine(): Machine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "zkscore-doctor-")));
  const [folder, bin, state] = [join(root, "project"), join(root, "bin"), join(root, "state")];
  const write = (file: string, text: string) => {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const manifest = (name: string, version: string) =>
    write(`project/node_modules/${name}/package.json`, JSON.stringify({ name, version }));
  for (const path of [folder, bin, state]) mkdirSync(path, { recursive: true });
  for (const name of ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
    write(`bin/${name}`, PULUMI);
    chmodSync(join(bin, name), 0o755);
  }
  symlinkSync(process.execPath, join(bin, "node"));
  write("project/Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: index.ts\noptions:\n  refresh: always\n");
  write("project/index.ts", "");
  manifest("pulumi-zkscore", "0.1.0");
  manifest("@pulumi/pulumi", "3.270.0");
  manifest("@pulumi/policy", "1.21.0");
  write("project/node_modules/pulumi-zkscore/policy/PulumiPolicy.yaml", "runtime: nodejs\n");
  const backend = `file://${state}?metadata=skip`;
  return {
    folder,
    bin,
    env: { PATH: bin, HOME: root, FAKE_BACKEND: backend, PULUMI_BACKEND_URL: backend, ZKSCORE_PLAN: "free" },
    write,
    remove: (file) => rmSync(join(root, file), { recursive: true }),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}
