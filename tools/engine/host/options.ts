import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** `runtime.options` of Pulumi.yaml, as far as they are honoured. */
export interface RuntimeOptions {
  readonly nodeArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Reads the options. As with the official host, `typescript` (ts-node) is on unless it is set to false. */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options: Record<string, unknown> = info?.getOptions()?.toJavaScript() ?? {};
  const { typescript, nodeargs, tsconfig } = options;
  const usesTsNode = typescript !== false && typescript !== "false";
  return {
    nodeArgs: typeof nodeargs === "string" ? nodeargs.split(/\s+/).filter(Boolean) : [],
    env: {
      ...(usesTsNode ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
      ...(typeof tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    },
  };
}
