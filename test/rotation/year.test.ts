import { expect, test } from "vitest";
import { liveAYear } from "../support/host/year.ts";

// `npm run prove:year` plays the year through the real dynamic-provider process, one for each `up`.
const HOST = process.env["PROVE_YEAR"] === "process" ? "process" : "inProcess";

test.each([
  ["daily", 1, { ups: 365, least: 12, most: 13 }],
  ["weekly", 7, { ups: 52, least: 10, most: 13 }],
  ["with gaps of 100 days", 100, { ups: 3, least: 3, most: 3 }],
])("over a year of runs %s there is always a key that works", { timeout: 1_800_000 }, async (how, days, expected) => {
  const year = await liveAYear(days, HOST);
  console.log(`year, ${how}: ${JSON.stringify(year)}`);
  expect(year.ups).toBe(expected.ups);
  expect(year.rotations).toBeGreaterThanOrEqual(expected.least);
  expect(year.rotations).toBeLessThanOrEqual(expected.most);
  expect(year.endings).toBeGreaterThanOrEqual(year.rotations - 1);
});
