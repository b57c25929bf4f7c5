import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

const THREE = keysProgram({
  reader: `{ ${READ_SCORES} }`,
  hooked: `{ ${READ_SCORES}, webhooks: [{ url: "https://a.example.com/", events: ["score.updated"], secret: "s" }] }`,
  noted: `{ ${READ_SCORES}, metadata: { team: "risk" }, rotation: { every: "30d", overlap: "1d" } }`,
});

describeWithEngine("a stack at rest", () => {
  test("costs a listing at most; a preview changes nothing; a refresh keeps each secret; destroy leaves none", {
    timeout: 120_000,
  }, async () => {
    await freshWorld({ program: THREE });

    const preview = await succeed(world.stack.preview(["--diff"], { ZKSCORE_TOKEN: undefined }));
    expect(preview.output).toContain("to create");
    expect(world.requests(), "a preview of new keys needs no token and no API").toEqual([]);

    await succeed(world.stack.up());
    expect(world.requests().sort()).toEqual(["create", "create", "create", "list"]);
    const secrets = await world.stack.outputs();
    expect(
      (await Promise.all(secretsOf(secrets).map((secret) => world.api.use(secret)))).map((a) => a?.status),
    ).toEqual([200, 200, 200]);
    world.requests();

    await world.settled(); // a refresh among them
    const again = await succeed(world.stack.up(["--expect-no-changes"]));
    expect(again.output).toContain("5 unchanged");
    expect(world.requests()).toEqual(["list"]);
    expect(await world.stack.outputs()).toEqual(secrets);

    await succeed(world.stack.destroy());
    expect(world.requests().filter((operation) => operation !== "list")).toEqual(["revoke", "revoke", "revoke"]);
    expect(world.live()).toEqual([]);
  });
});

function secretsOf(outputs: Record<string, unknown>): string[] {
  const secrets = Object.entries(outputs).filter(([name]) => name.endsWith("Secret"));
  expect(secrets).toHaveLength(3);
  return secrets.map(([, secret]) => String(secret));
}
