import { Config } from "@pulumi/pulumi/config";
import { connectionSettings } from "./host/settings.ts";

/** Where and as whom to call the API from within a program: by environment first, then by stack configuration. */
export function programSettings(): ReturnType<typeof connectionSettings> {
  const config = new Config("zkscore");
  return connectionSettings(process.env, (key) => config.get(key));
}
