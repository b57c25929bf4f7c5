import type { Tally } from "./tally.ts";

/** How often each must have been tried or seen in 200 histories, at least: a proof that tried nothing finds nothing. */
const FLOORS: Readonly<Record<string, number>> = {
  "keys replaced": 200,
  "overlaps promised": 80,
  "overlaps ended": 20,
  killed: 30,
  "key in: team": 40,
  "key in: unit": 40,
  "value: secret": 40,
  "value: unknown": 40,
  "dependent: sibling": 30,
  "dependent: outside": 30,
  "dependent: waits": 30,
  "inherited: retainOnDelete": 10,
  "option: replacementTrigger": 40,
  "option: replaceWith": 5,
  "option: dependsOn": 5,
  "option: ignoreChanges": 40,
  "change: taint": 20,
  "change: drift": 40,
  "change: use": 40,
  "change: configuration": 40,
  "change: clock": 20,
  "change: toggle": 20,
  "change: incident": 10,
  "change: trigger": 40,
  "refresh always: true": 70,
  "refresh always: false": 70,
  "updates: patch": 40,
  "clock ahead": 10,
  "clock behind": 10,
};

const GROUPS: Readonly<Record<string, { of: RegExp; least: number }>> = {
  "up --target": { of: /^command: up.*--target/, least: 20 },
  "up --replace": { of: /^command: up.*--replace/, least: 40 },
  "up --refresh": { of: /^command: up --refresh/, least: 60 },
  transforms: { of: /^transform of/, least: 20 },
  outages: { of: /in an outage$/, least: 10 },
};

/** What was tried or seen too seldom in this many histories; nothing is said of fewer than 50. */
export function belowFloors(tally: Tally, histories: number): string[] {
  if (histories < 50) return [];
  const share = histories / 200;
  const counted = Object.entries(GROUPS).map(([name, { of, least }]): [string, number, number] => {
    const matching = Object.entries(tally).filter(([label]) => of.test(label));
    return [name, matching.reduce((total, [, count]) => total + count, 0), least];
  });
  const single = Object.entries(FLOORS).map(([name, least]): [string, number, number] => [
    name,
    tally[name] ?? 0,
    least,
  ]);
  return [...single, ...counted]
    .filter(([, count, least]) => count < Math.floor(least * share))
    .map(([name, count, least]) => `${name}: ${count}, and at least ${Math.floor(least * share)} were to be tried`);
}
