import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  AboutResponse,
  DependencyInfo,
  type GetProgramDependenciesRequest,
  GetProgramDependenciesResponse,
} from "@pulumi/pulumi/proto/language_pb";

/** For `pulumi about`: which Node runs the programs. */
export function about(): AboutResponse {
  return new AboutResponse().setExecutable(process.execPath).setVersion(process.versions.node);
}

/** For `pulumi about`: the program's SDK. The other dependencies are npm's business. */
export function programDependencies(request: GetProgramDependenciesRequest): GetProgramDependenciesResponse {
  const response = new GetProgramDependenciesResponse();
  const folder = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const version = sdkVersion(folder);
  if (version !== undefined)
    response.addDependencies(new DependencyInfo().setName("@pulumi/pulumi").setVersion(version));
  return response;
}

/** The version of the SDK as seen from a folder. */
export function sdkVersion(folder: string): string | undefined {
  try {
    const manifest = createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/package.json");
    return /"version":\s*"([^"]+)"/.exec(readFileSync(manifest, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
