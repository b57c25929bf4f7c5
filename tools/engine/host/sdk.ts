import { createRequire } from "node:module";
import { join } from "node:path";

/** The path of a module of the SDK, as seen from the program's folder: each program runs on its own SDK. */
export function fromProgram(programFolder: string, module: string): string {
  try {
    return createRequire(join(programFolder, "package.json")).resolve(module);
  } catch (cause) {
    throw new Error(
      `It looks like the Pulumi SDK has not been installed: ${module} cannot be found from ${programFolder}. Run \`npm ci\` there.`,
      { cause },
    );
  }
}
