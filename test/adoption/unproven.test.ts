import { beforeEach, describe, expect, it } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { failure, keyByHand, keys, SCORES, touched } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

const adopting = (adopt: Fields, more: Fields = {}) => keys({ a: { ...SCORES, adopt, ...more } });
const CONFINED = [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }];

describe("adopt with a secret that can't be proved claims nothing about it, and offers a way that works", () => {
  it("a key confined to addresses, this machine's not among them", async () => {
    const made = await keyByHand(api, { permissions: CONFINED });
    api.faults.add({ operation: "usage", kind: "status", status: 403, every: 1 });
    const says = await failure(stack.up(adopting({ ...made }, { permissions: CONFINED })));
    expect(says).not.toMatch(/another key|isn't the secret/);
    expect(says).toMatch(
      /isn't known whether[\s\S]*403[\s\S]*ipWhitelist[\s\S]*from one of those addresses[\s\S]*leave out adopt.apiKey/,
    );
  });

  it("403 for a reason that isn't known", async () => {
    const made = await keyByHand(api);
    api.faults.add({ operation: "usage", kind: "status", status: 403, every: 1 });
    const says = await failure(stack.up(adopting({ ...made })));
    expect(says).not.toMatch(/another key|isn't the secret|ipWhitelist/);
    expect(says).toMatch(/isn't known whether[\s\S]*proxy or firewall[\s\S]*leave out adopt.apiKey/);
  });

  it.each([404, 405, 501])("a deployment without usage (%d)", async (status) => {
    const made = await keyByHand(api);
    api.faults.add({ operation: "usage", kind: "status", status, every: 1 });
    const says = await failure(stack.up(adopting({ ...made })));
    expect(says).toMatch(new RegExp(`has no usage to ask with it \\(HTTP ${status}\\)[\\s\\S]*leave out adopt.apiKey`));
  });

  it.each([
    [429, /ZKS_RATE_LIMITED[\s\S]*again later/],
    [503, /ZKS_SERVER[\s\S]*same command again/],
  ])("%d: it says that it may be tried again", async (status, word) => {
    const made = await keyByHand(api);
    api.faults.add({ operation: "usage", kind: "status", status, every: 1 });
    const says = await failure(stack.up(adopting({ ...made })));
    expect(says).toMatch(/a: key key_\w+ \("legacy"\) was not adopted, since it isn't known whether/);
    expect(says).toMatch(word);
    expect(says).toContain("no key was created, changed or revoked");
  });

  it("the way it offers works: without the secret a new key is made, and the old one lives for the overlap", async () => {
    const { keyId } = await keyByHand(api);
    api.faults.add({ operation: "usage", kind: "status", status: 403, every: 1 });
    await stack.up(adopting({ keyId }, { rotation: { every: "30d", overlap: "2d" } }));
    expect(liveIds(api)).toHaveLength(2);
    expect(stack.output("a", "previous")).toMatchObject([{ keyId }]);
  });

  it("another key's secret is still told as such (control), and nothing was touched", async () => {
    const [one, other] = [await keyByHand(api), await keyByHand(api, { name: "other" })];
    const says = await failure(stack.up(adopting({ keyId: one.keyId, apiKey: other.apiKey })));
    expect(says).toMatch(/isn't the secret of[\s\S]*belongs to another key/);
    expect(touched(api)).toEqual([]);
  });
});
