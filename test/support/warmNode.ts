import { spawnSync } from "node:child_process";
import { packageRoot } from "../../tools/root.ts";
import { nodeStartup } from "./nodeStartup.ts";

/** The provider's process is killed and so never writes what it compiled: one that loads the same writes it for all. */
const LOADED = `
  require("./dist/provider/host");
  process.argv[2] = "127.0.0.1:1";
  require("@pulumi/pulumi/cmd/dynamic-provider/config");
  for (const name of ["source-map-support", "@grpc/grpc-js", "@pulumi/pulumi", "@pulumi/pulumi/proto/provider_grpc_pb"]) require(name);
  require("node:module").flushCompileCache();
`;

/** Vitest's global setup. */
export default function warmNode(): void {
  spawnSync(process.execPath, ["-e", LOADED], { cwd: packageRoot, env: { ...process.env, ...nodeStartup() } });
}
