import { afterEach, expect, test } from "vitest";
import { describeWithEngine } from "./support/engine.ts";
import { succeed } from "./support/stack.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "./support/world.ts";

let world: World | undefined;

const named = (description: string) => `{ name: "prod-app", description: "${description}", ${READ_SCORES} }`;

describeWithEngine("an explicit name", () => {
  afterEach(() => world?.dispose());

  test("is kept through replacements, which delete first, and is never taken from another key", {
    timeout: 120_000,
  }, async () => {
    world = await createWorld({ program: keysProgram({ a: named("1") }) });
    const foreign = await foreignKey(world, "prod-app");
    const refused = await world.stack.up();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(`a: the name "prod-app" is taken by key ${foreign}`);
    expect(refused.output).toMatch(/ZKS_CONFLICT, HTTP 409/);
    expect(refused.output).toMatch(/cause: .*unique.*\s+remedy: +choose another name, use namePrefix/);
    expect(world.live()).toEqual([foreign]);
    world.api.revoke(foreign);

    await succeed(world.stack.up());
    for (const description of ["2", "3"]) {
      const before = world.key("a").id;
      world.stack.setProgram(keysProgram({ a: named(description) }));
      world.requests();
      await succeed(world.stack.up());
      expect(world.requests().filter((operation) => operation !== "list")).toEqual(["revoke", "create"]);
      expect(world.key("a")).toMatchObject({ name: "prod-app", description });
      expect(world.key("a").id).not.toBe(before);
    }

    // `--replace` asks for no diff: the order comes from the resource's own options.
    await succeed(world.stack.up(["--replace", "**a"]));
    expect(world.live()).toHaveLength(1);
    await world.settled();
  });
});

/** A key that somebody made by hand. */
async function foreignKey(at: World, name: string): Promise<string> {
  const answer = await fetch(`${at.api.url}/developer/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${at.api.accounts[0]?.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name, permissions: [{ resource: "scores", actions: ["read"] }] }),
  });
  expect(answer.status).toBe(201);
  const [key] = at.api.keys().filter((one) => one.name === name);
  return key?.id ?? "";
}
