import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startCommand } from "../../test/support/engine/command.ts";
import { killHard, pidsOf, runVariable } from "../../test/support/engine/processes.ts";
import { packageRoot } from "../../tools/root.ts";
import type { Operation } from "../operations.ts";
import type { Tofu } from "../tofu/find.ts";
import { type Contestant, inputsOf, TOKEN } from "./contestant.ts";

const TIMEOUT_MS = 7_200_000;

/** As its user has it: a change and a destruction read everything first, which is OpenTofu's default. */
const ARGUMENTS: Readonly<Record<Operation, readonly string[]>> = {
  create: ["apply"],
  "up --refresh": ["apply"],
  up: ["apply", "-refresh=false"],
  refresh: ["apply", "-refresh-only"],
  "one change": ["apply"],
  destroy: ["destroy"],
};

/** OpenTofu with Mastercard/restapi, the general provider for APIs that have none of their own. */
export function tofuContestant({ tofu, restapi }: Tofu): Contestant {
  return {
    name: "tofu",
    open: async (keys, baseUrl) => {
      const marker = randomBytes(8).toString("hex");
      const folder = join(packageRoot, ".zkscore", "test", marker);
      mkdirSync(folder, { recursive: true });
      const overrides = `dev_overrides { "mastercard/restapi" = ${JSON.stringify(dirname(restapi))} }`;
      writeFileSync(join(folder, "tofu.rc"), `provider_installation {\n  ${overrides}\n}\n`);
      const write = (changed: boolean) => writeFileSync(join(folder, "main.tf.json"), program(keys, baseUrl, changed));
      write(false);
      const { PATH = "", HOME = "" } = process.env;
      const env = {
        PATH,
        HOME,
        TF_CLI_CONFIG_FILE: join(folder, "tofu.rc"),
        CHECKPOINT_DISABLE: "1",
        [runVariable]: marker,
      };
      return {
        marker,
        run: (operation) => {
          if (operation === "one change") write(true);
          const args = [...ARGUMENTS[operation], "-auto-approve", "-no-color", "-input=false"];
          return startCommand(tofu, args, { cwd: folder, env, timeoutMs: TIMEOUT_MS }).done;
        },
        stateBytesAKey: () => bytesAKey(join(folder, "terraform.tfstate"), keys),
        dispose: () => {
          killHard(pidsOf(marker));
          rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
        },
      };
    },
  };
}

/** One resource each, as a person writes them. What the API has no path for, one key, is a search in its list. */
function program(keys: number, baseUrl: string, changed: boolean): string {
  const resource = (index: number) => ({
    path: "/developer/keys",
    data: JSON.stringify({ name: `k${index}`, ...inputsOf(index, changed) }),
    read_path: "/developer/keys",
    read_search: { search_key: "id", search_value: "{id}", results_key: "keys", query_string: "limit=1000" },
    ignore_server_additions: true,
  });
  const declared = Array.from({ length: keys }, (_, index) => [`k${index}`, resource(index)]);
  return JSON.stringify({
    terraform: { required_providers: { restapi: { source: "mastercard/restapi" } } },
    provider: {
      restapi: {
        uri: baseUrl,
        bearer_token: TOKEN,
        update_method: "PATCH",
        id_attribute: "id",
        create_returns_object: true,
      },
    },
    resource: { restapi_object: Object.fromEntries(declared) },
  });
}

function bytesAKey(file: string, keys: number): number {
  const text = readFileSync(file, "utf8");
  const state = JSON.parse(text);
  if (state.resources.length !== keys) throw new Error(`${state.resources.length} keys in the state`);
  return (text.length - JSON.stringify({ ...state, resources: [] }, undefined, 2).length) / keys;
}
