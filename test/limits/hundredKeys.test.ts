import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, keys, SCORES } from "../support/host/world.ts";

const N = 100;
const HUNDRED = keys(Object.fromEntries(Array.from({ length: N }, (_, n) => [`k${n}`, SCORES])));

beforeEach(async () => {
  await freshAccount();
  await stack.up(HUNDRED);
});

async function requestsOf(operation: () => Promise<unknown>): Promise<Record<string, number>> {
  const since = api.journal().length;
  await operation();
  return counted(api, since);
}

test(`a refresh of ${N} keys makes at most 2 list requests and nothing else`, async () => {
  const { list = 0, ...others } = await requestsOf(() => stack.refresh());
  expect(list).toBeGreaterThan(0);
  expect(list).toBeLessThanOrEqual(2);
  expect(others).toEqual({});
});

test("twice that where keys seem absent, however many, and one request with the secret of each", async () => {
  api.setMode({ deleteForgets: true });
  const gone = Array.from({ length: 10 }, (_, n) => stack.id(`k${n * 7}`));
  for (const id of gone) api.revoke(id);
  const { list = 0, usage = 0, ...others } = await requestsOf(() => stack.refresh());
  expect(list).toBeLessThanOrEqual(4);
  expect(usage).toBe(gone.length);
  expect(others).toEqual({});
});

test("an up that changes nothing makes no request but a listing, none at all without a refresh", async () => {
  const { list = 0, ...others } = await requestsOf(() => stack.up(HUNDRED));
  expect(list).toBeLessThanOrEqual(2);
  expect(others).toEqual({});
  expect(await requestsOf(() => stack.up(HUNDRED, { refresh: false }))).toEqual({});
  expect(await requestsOf(() => stack.preview(HUNDRED, { refresh: false }))).toEqual({});
});

test("a destroy makes one request a key and a bounded number of listings", async () => {
  const { list = 0, revoke, ...others } = await requestsOf(() => stack.destroy());
  expect(revoke).toBe(N);
  expect(list).toBeLessThanOrEqual(6);
  expect(others).toEqual({});
});

test("a rotation of all makes one POST a key and no listing a key", async () => {
  const overlapping: Fields = { ...SCORES, description: "new", rotation: { overlap: "1d" } };
  const changed = keys(Object.fromEntries(Object.keys(HUNDRED.keys).map((name) => [name, overlapping])));
  const { list = 0, create, ...others } = await requestsOf(() => stack.up(changed));
  expect(create).toBe(N);
  expect(list).toBeLessThanOrEqual(6);
  expect(others).toEqual({});
});
