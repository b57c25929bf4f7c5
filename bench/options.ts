import { parseArgs } from "node:util";

export const USAGE = `What the provider costs beside the least that the engine lets anyone pay, all in one run.

  npm run bench -- [--keys 10,100,300,1000] [--latency 0,50] [--repeats 3]

  --keys         numbers of keys; default 10,100
  --latency      ms that the API waits before each answer; default 0
  --repeats      rounds; every figure is a median of them. Default 3
  --with tofu    OpenTofu with Mastercard/restapi too: from PATH, the user's cache, or built with Go
  --only A,B     of floor, naive, ours, tofu
  --page-max     keys in a page of the API's listing; default 1000
  --seed         of the order; default: the clock
  --no-small     no start-up, check, diff, client and policy pack
  --json FILE    all samples
  --write        tables into docs/figures.md, plot into docs/figures/speed.svg
`;

/** What one run of the bench does. */
export interface BenchOptions {
  readonly keys: readonly number[];
  readonly latencies: readonly number[];
  readonly repeats: number;
  readonly contestants: readonly string[];
  readonly pageMax: number;
  readonly seed: number;
  readonly small: boolean;
  readonly json: string | undefined;
  readonly write: boolean;
}

/** Undefined when only the usage is asked for. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      keys: { type: "string", default: "10,100" },
      latency: { type: "string", default: "0" },
      repeats: { type: "string", default: "3" },
      with: { type: "string" },
      only: { type: "string" },
      "page-max": { type: "string", default: "1000" },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
      small: { type: "boolean", default: true },
      json: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  if (values.with !== undefined && values.with !== "tofu") throw new Error(`--with ${values.with}: only tofu is known`);
  return {
    keys: numbers("keys", values.keys, 1),
    latencies: numbers("latency", values.latency, 0),
    repeats: number("repeats", values.repeats, 1),
    contestants: values.only?.split(",") ?? ["floor", "naive", "ours", ...(values.with === undefined ? [] : ["tofu"])],
    pageMax: number("page-max", values["page-max"], 1),
    seed: number("seed", values.seed, 0),
    small: values.small,
    json: values.json,
    write: values.write,
  };
}

function numbers(name: string, text: string, least: number): number[] {
  return text.split(",").map((one) => number(name, one, least));
}

function number(name: string, text: string, least: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} ${text}: a whole number from ${least}`);
  return value;
}
