import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

/** `user` records the id of `base`, as an application's resource would; the others stand alone. */
const PROGRAM = keysProgram({
  base: `{ ${READ_SCORES} }`,
  user: "{ description: base.keyId, permissions: [{ resource: 'trust', actions: ['read'] }] }",
  asleep: `{ ${READ_SCORES} }`,
});

describeWithEngine("a key that someone ended out of band", () => {
  test.runIf(inWhole("keys ended out of band")).each(["revoked", "missing"])(
    "%s: refresh says so and keeps it, the next up replaces it, dependents in order",
    {
      timeout: 120_000,
    },
    async (status) => {
      await freshWorld({ program: PROGRAM, emulator: { deleteForgets: status === "missing" } });
      await succeed(world.stack.up());
      const [base, user, asleep] = ["base", "user", "asleep"].map((name) => world.key(name).id ?? "");
      world.api.revoke(base ?? "");
      world.api.setInactive(asleep ?? "", true);

      const refresh = await succeed(world.stack.refresh());
      expect(refresh.output).toContain("1 updated");
      const state = await world.stack.export();
      const shown = state.deployment.resources?.map(({ id, outputs }) => [id, outputs?.["status"]]);
      expect(shown).toContainEqual([base, status]);
      expect(shown).toContainEqual([asleep, "inactive"]);

      world.api.clearJournal();
      const up = await succeed(world.stack.up());
      expect(up.output).toContain(
        `key ${base} will be replaced: it ${status === "revoked" ? "was revoked" : "is gone"}`,
      );
      expect(up.output).toContain(`key ${asleep} is inactive`);
      const changes = world.api.journal().filter(({ operation }) => operation !== "list" && operation !== "usage");
      expect(changes.map(({ operation, keyId }) => [operation, keyId])).toEqual([
        ["create", world.key("base").id],
        ["create", world.key("user").id],
        ["revoke", user],
        // Asked all the same, after its dependent, for a key that no listing shows: the listing may lag.
        ...(status === "missing" ? [["revoke", base]] : []),
      ]);
      expect(world.key("user").description).toBe(world.key("base").id);
      expect(world.key("asleep").id).toBe(asleep);
      expect(world.live()).toHaveLength(3);
      await world.stack.expectNoChanges();
    },
  );
});
