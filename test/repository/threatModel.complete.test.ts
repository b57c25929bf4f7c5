import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";

test("every promise of the threat model has an attack and a control, and every attack stands on that page", () => {
  const folder = join(packageRoot, "test/prove");
  const sources = readdirSync(folder).filter((name) => /^adversary\..*\.prove\.ts$/.test(name));
  const attacks = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), "utf8").matchAll(/promised\(\s*"([a-z-]+)"/g)].map(([, id]) => id ?? ""),
  );
  const page = readFileSync(join(packageRoot, "docs/threat-model.md"), "utf8");
  const cells = page.split("\n").flatMap((line) => /\| ([a-z]+-[a-z, -]+) \|$/.exec(line)?.[1]?.split(", ") ?? []);
  expect(attacks.length).toBeGreaterThan(20);
  expect([...new Set(cells)].toSorted()).toEqual([...attacks].toSorted());
});
