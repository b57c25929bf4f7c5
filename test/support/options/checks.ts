import type { Bench, Done } from "./bench.ts";
import type { Subject } from "./optionRow.ts";
import type { Track } from "./track.ts";
import type { Cell } from "./verdicts.ts";

/** That secrets work and stand nowhere in clear, and, with a preview, that nothing is left to change: problems by key. */
export async function afterwards(bench: Bench, previewed: boolean): Promise<(names: readonly string[]) => string[]> {
  const broken = [...(await bench.use()), ...(await bench.leaks()).map((leak) => `in clear in the state: ${leak}`)];
  const differences = previewed ? await bench.differences() : [];
  return (names) => [
    ...broken.filter((text) => names.some((name) => new RegExp(`(^| )${name}[: ]`).test(text))),
    ...differences.flatMap((output) => changesOf(output, names)),
  ];
}

/** What a preview with `--diff` would change of these keys. */
function changesOf(output: string, names: readonly string[]): string[] {
  const lines = output.split("\n");
  const urns = lines.filter((line, n) => {
    const head = lines[n - 1] ?? "";
    return line.includes("[urn=") && /^\s*[-+~!]/.test(head) && !head.includes("(same)");
  });
  return names
    .filter((name) => urns.some((line) => line.includes(`::${name}]`)))
    .map((name) => `a second preview changes ${name}`);
}

/** A line of the output that names what is left says why. */
export function said({ says }: Cell, { outcome }: Done, before: Track): string[] {
  if (says === undefined) return [];
  const id = before.current ?? "";
  return outcome.output.split("\n").some((line) => line.includes(id) && says.test(line))
    ? []
    : [`the output doesn't say ${says} of ${id}`];
}

/** That the floor, with the same option, went the way which makes this Pulumi's own limit. */
export function shown({ floor }: Cell, { floor: calls }: Done, { name, row }: Subject): string[] {
  const mine = calls.filter((call) => call.name === `${name}-floor`);
  const own = mine.map(({ call }) => call);
  const got = own.join(", ") || "no call";
  if (floor === "kept" && own.includes("delete")) return [`no limit of Pulumi's: the floor got ${got}`];
  if (floor === "unmoved" && got !== "update") return [`no limit of Pulumi's: the floor got ${got}`];
  if (floor === "untold" && mine.some(({ told = row.option }) => told.includes(row.option)))
    return [`no limit of Pulumi's: the floor was told of ${row.option}`];
  return [];
}

/** A refusal names the key and says why, and nothing was sent that changes the account. */
export function refusal({ verdict, says }: Cell, { outcome, writes }: Done, names: readonly string[]): string[] {
  const { output } = outcome;
  const own = writes.filter(({ name }) => names.includes(name));
  return [
    ...(outcome.code === 0 ? ["the command succeeded"] : []),
    ...(own.length === 0 ? [] : [`not before anything changed: ${own.map(({ operation }) => operation).join(", ")}`]),
    ...(says === undefined || says.test(output) ? [] : [`the output doesn't say ${says}:\n${output}`]),
    ...(verdict !== "refused" || names.some((name) => output.includes(name))
      ? []
      : [`the output doesn't name the key:\n${output}`]),
  ];
}

/** A secret that a transform set, in clear in the state. */
export function planted(state: string, { row }: Subject): string[] {
  const secrets = row.written.match(/planted-[a-z-]+/g) ?? [];
  return secrets.filter((secret) => state.includes(secret)).map((secret) => `in clear in the state: ${secret}`);
}

export function failed({ outcome }: Done): string[] {
  return outcome.code === 0 ? [] : [`the command failed:\n${outcome.output}`];
}
