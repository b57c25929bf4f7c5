import { expect, test } from "vitest";
import { fitPower, median, seeded, shuffled } from "../../bench/report/statistics.ts";

test("the median is the middle, or the mean of the two in the middle, whatever the order", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test("the fit finds the power that points were made with", () => {
  for (const exponent of [0, 0.5, 1, 2]) {
    const fit = fitPower([10, 100, 300, 1_000].map((keys) => [keys, 0.25 * keys ** exponent]));
    expect(fit.exponent).toBeCloseTo(exponent, 10);
    expect(fit.factor).toBeCloseTo(0.25, 10);
  }
});

test("with noise the fit is the least squares of the logarithms", () => {
  // log2: (0, 0), (1, 1), (2, 1): slope 1/2.
  const points = [
    [1, 1],
    [2, 2],
    [4, 2],
  ] as const;
  expect(fitPower(points).exponent).toBeCloseTo(0.5, 10);
});

test("one number of keys gives no exponent", () => {
  expect(fitPower([[10, 1]]).exponent).toBeNaN();
  expect(
    fitPower([
      [10, 1],
      [10, 2],
    ]).exponent,
  ).toBeNaN();
  expect(fitPower([]).exponent).toBeNaN();
});

test("the same seed gives the same order, and each order has all", () => {
  const items = ["floor", "naive", "ours", "tofu"];
  const orders = (seed: number) => {
    const random = seeded(seed);
    return Array.from({ length: 20 }, () => shuffled(items, random));
  };
  expect(orders(7)).toEqual(orders(7));
  expect(orders(7)).not.toEqual(orders(8));
  expect(new Set(orders(7).map(String)).size).toBeGreaterThan(5);
  for (const order of orders(7)) expect([...order].sort()).toEqual(items);
});
