import { beforeEach, expect, test } from "vitest";
import { cli, freshCli } from "../support/fixture.ts";

const MINUTE = 60_000;

beforeEach(() => freshCli());

test("a key of a run under way is held although the state was exported by a clock that is ahead of the server's", async () => {
  const { api, make } = cli;
  api.setNow(api.now() - 30 * MINUTE);
  const managed = await make("backend-00000001", {});
  const leftover = await make("backend-00000002", {});
  api.advance(30 * MINUTE);
  const exportedAt = api.now() + 10 * MINUTE; // now, by that clock
  const state = cli.state("shop.json", {
    keys: [{ id: managed.id }],
    writtenAt: new Date(exportedAt).toISOString(),
  });
  api.advance(MINUTE);
  const underWay = await make("backend-00000003", {});
  api.advance(2 * MINUTE);

  const { stdout, code } = await cli.start(["reconcile", "--json", state, "--revoke-orphans", "--yes"]).done;
  const { revoked, keys } = JSON.parse(stdout);
  expect(code).toBe(3);
  expect(revoked).toEqual([leftover.id]);
  expect(keys).toContainEqual(
    expect.objectContaining({ id: underWay.id, hold: expect.stringContaining("newer than the state") }),
  );
});
