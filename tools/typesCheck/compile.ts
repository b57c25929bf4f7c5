import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Version } from "./compilers.ts";

/** Every way TypeScript 5 to 7 knows to find a module. */
export const RESOLUTIONS = ["node10", "classic", "node16", "nodenext", "bundler"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** One compiler with one resolution. */
export interface Cell {
  version: Version;
  /** The compiler's package. */
  compiler: string;
  resolution: Resolution;
}

/** One message of the compiler; without a file it is about the options (TypeScript 7 locates those in the configuration). */
export interface Diagnostic {
  file: string | undefined;
  text: string;
}

const MODULES: Readonly<Record<Resolution, string>> = {
  node10: "commonjs",
  classic: "commonjs",
  node16: "node16",
  nodenext: "nodenext",
  bundler: "esnext",
};

/** Compiles files of a project with the settings of Pulumi's own template, all declarations read; `emit` writes bin/. */
export async function compile(
  folder: string,
  cell: Cell,
  files: readonly string[],
  emit = false,
): Promise<readonly Diagnostic[]> {
  const name = `tsconfig.${cell.version}.${cell.resolution}.${files[0]}.json`;
  const config = {
    compilerOptions: {
      strict: true,
      outDir: "bin",
      target: "es2020",
      sourceMap: true,
      experimentalDecorators: true,
      pretty: false,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
      module: MODULES[cell.resolution],
      moduleResolution: cell.resolution,
      // TypeScript 6 still has the old resolution, for who says that he knows.
      ...(cell.version.startsWith("6.") ? { ignoreDeprecations: "6.0" } : {}),
      // TypeScript's own libraries are the one thing left out: a third of the time, and no fault of ours can show there.
      skipDefaultLibCheck: true,
      noEmit: !emit,
    },
    files,
  };
  writeFileSync(join(folder, name), JSON.stringify(config));
  const child = spawn(process.execPath, [join(cell.compiler, "bin", "tsc"), "-p", name], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  const found = stdout.split("\n").flatMap((line) => diagnostic(line) ?? []);
  if (code !== 0 && found.length === 0) throw new Error(`TypeScript ${cell.version} failed: ${stdout}${stderr}`);
  return found;
}

function diagnostic(line: string): Diagnostic | undefined {
  const located = /^(\S.*?)\((\d+,\d+)\): error (TS\d+: .*)$/.exec(line);
  if (located?.[1]?.endsWith(".json") === true) return { file: undefined, text: String(located[3]) };
  if (located !== null) return { file: located[1], text: `${located[1]}(${located[2]}): ${located[3]}` };
  const general = /^error (TS\d+: .*)$/.exec(line);
  return general === null ? undefined : { file: undefined, text: String(general[1]) };
}
