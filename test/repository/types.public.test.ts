import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import type { ZkscoreGuardArgs } from "../../policy/args.ts";
import type { Rule } from "../../policy/rule.ts";
import { type PolicyName, RULES } from "../../policy/rules/index.ts";
import type { Values } from "../../policy/settings/parameters.ts";
import type { RemoteKey } from "../../provider/api/types.ts";
import type { UsageResponse } from "../../provider/domain/wire.ts";
import type { AccountPermission, UsageReport } from "../../provider/resources/account.ts";
import { packageRoot } from "../../tools/root.ts";

/**
 * The declarations in the package are those of its entries, and name no library but Pulumi's. That every TypeScript
 * reads them: `npm run check:types`. What is written out by hand says what it stands for.
 */
const dist = join(packageRoot, "dist");
const declarations = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts"));

test("declarations name one another as ./x.js, and else only Pulumi's", () => {
  const named = declarations.flatMap((file) => {
    const text = readFileSync(join(dist, file), "utf8");
    return [...text.matchAll(/(?:\bfrom |\bimport\(|^import )"([^"]*)"/gm)].map(([, specifier]) => specifier);
  });
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !/^(\.{1,2}\/.*\.js|@pulumi\/(pulumi|policy)(\/.*)?)$/.test(name ?? ""))).toEqual([]);
});

test("the package has the declarations of its entries and no others", () => {
  const entries = ["provider/index.d.ts", "provider/host/index.d.ts", "policy/policies.d.ts"];
  expect(declarations).toEqual(expect.arrayContaining(entries));
  expect(declarations.filter((file) => /^(emulator|cli|tools|provider\/(api|handlers))\b/.test(file))).toEqual([]);
});

test("what the account's functions answer is what the wire schemas let through", () => {
  expectTypeOf<UsageResponse>().toExtend<UsageReport>();
  expectTypeOf<UsageReport>().toExtend<UsageResponse>();
  expectTypeOf<RemoteKey["permissions"][number]>().toExtend<AccountPermission>();
  expectTypeOf<AccountPermission>().toExtend<RemoteKey["permissions"][number]>();
});

type Given<T> = Exclude<T, string | undefined>;
type Written<N extends PolicyName> = Omit<Given<ZkscoreGuardArgs[N]>, "enforcementLevel">;
type Meant<N extends PolicyName> = Partial<Values<(typeof RULES)[N]["parameters"]>>;
type Differs = { [N in PolicyName]: [Written<N>, Meant<N>] extends [Meant<N>, Written<N>] ? never : N }[PolicyName];

test("the pack's arguments are the definitions' parameters, described in the same words", () => {
  expectTypeOf<Exclude<keyof ZkscoreGuardArgs, "all">>().toEqualTypeOf<PolicyName>();
  expectTypeOf<{ [N in PolicyName]: keyof Written<N> }>().toEqualTypeOf<{ [N in PolicyName]: keyof Meant<N> }>();
  expectTypeOf<Differs>().toEqualTypeOf<never>();
  const text = readFileSync(join(packageRoot, "policy", "args.ts"), "utf8");
  let described = 0;
  for (const [name, { description, parameters }] of Object.entries<Rule>(RULES)) {
    const start = text.indexOf(`/** ${description} */\n  readonly ${name}?: PolicyArgs`);
    expect(start, name).toBeGreaterThan(0);
    const block = text.slice(start, text.indexOf("\n  }>;", start));
    for (const [parameter, { schema }] of Object.entries(parameters)) {
      expect(block, name).toContain(`/** ${schema.description} */\n    readonly ${parameter}?: `);
      described += 1;
    }
  }
  expect(described).toBeGreaterThan(30);
});
