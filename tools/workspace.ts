import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "./root.ts";

/** The quick start's folder: git-ignored, holds its state and can be deleted when its stack is destroyed. */
export const quickstartFolder = join(packageRoot, ".zkscore");

/**
 * The environment for a local backend below `folder` that never asks, never calls home and doesn't touch the user's own Pulumi.
 *
 * Variables of the user that start with `PULUMI_` are dropped: a token or a backend URL would lead elsewhere.
 * The passphrase is no secret: such a backend holds throw-away state.
 */
export function workspaceEnv(folder: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const state = join(folder, "state");
  const home = join(folder, "home");
  for (const path of [state, home]) mkdirSync(path, { recursive: true });
  const inherited = Object.entries(env).filter(([name]) => !name.startsWith("PULUMI_"));
  return {
    ...Object.fromEntries(inherited),
    // metadata=skip: a kill -9 can leave an empty .attrs file, after which no command loads the state.
    PULUMI_BACKEND_URL: `${pathToFileURL(state)}?metadata=skip`,
    PULUMI_HOME: home,
    PULUMI_CONFIG_PASSPHRASE: "zkscore",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
  };
}
