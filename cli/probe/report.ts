import { shown } from "../../provider/domain/shown.ts";
import { joined, type Line, type Tone, toned } from "../lines.ts";
import { type Assumption, UNTRIED } from "./judge.ts";
import type { Standing } from "./judged.ts";
import type { ProbeReport } from "./run.ts";

const TEXT_MAX = 1_000;
const ISSUES = "https://github.com/pulumi-zkscore/pulumi-zkscore/issues";

const TONES: Readonly<Record<Standing, Tone>> = { holds: "good", broken: "bad", unknown: "quiet" };

/** What the probe came to, for a person. */
export function asLines({ key, assumptions, settings, left, earlier, strangers, stopped }: ProbeReport): Line[] {
  const gone = (revoked: boolean) => (revoked ? "is revoked" : "could NOT be revoked");
  return joined(
    [
      [
        [
          `Tried with key ${shown(key.id)} ("${shown(key.name)}"), which ${left.length === 0 ? "is revoked" : "is NOT revoked"}.`,
        ],
        ...(stopped ? [[toned("warn", "It was stopped: what isn't judged wasn't tried.")]] : []),
      ],
      [
        ...assumptions.flatMap(linesOfOne),
        ...UNTRIED.map((text): Line => [toned("quiet", "unknown"), `  ${text}: one key can't try it`]),
      ],
      [
        ...settings.map(({ name, value, why }): Line => [toned("strong", "setting"), `  ${name}=${value}: ${why}`]),
        ...earlier.map(
          (one): Line => [`earlier  key ${shown(one.id)} of a probe that was cut off ${gone(one.revoked)}`],
        ),
        ...left.map(
          (one): Line => [
            toned("bad", "left"),
            `     key ${shown(one.id)} lives on: revoke it yourself; the next probe tries again, and it ends within an hour`,
          ],
        ),
        ...strangers.map(
          (one): Line => [`other    key ${shown(one.id)} looks like a probe's of another machine, and was not touched`],
        ),
      ],
      [[summary(assumptions)]],
    ].filter((block) => block.length > 0),
  );
}

function linesOfOne({ standing, text, found, follows }: Assumption): Line[] {
  return [
    [toned(TONES[standing], standing.padEnd(7)), `  ${text}: ${shown(found, TEXT_MAX)}`],
    ...(follows === undefined ? [] : [[`${" ".repeat(9)}→ ${follows}`]]),
  ];
}

function summary(assumptions: readonly Assumption[]): string {
  const broken = assumptions.filter(({ standing }) => standing === "broken");
  if (broken.length === 0) return "Every assumption that was tried holds.";
  return `${broken.length} do not hold: ${broken.map(({ id }) => id).join(", ")}. Please report them with the lines above: ${ISSUES}`;
}
