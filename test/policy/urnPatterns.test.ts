import fc from "fast-check";
import { expect, test } from "vitest";
import { API_KEY_TYPE } from "../../policy/key/disguise.ts";
import { concernsStack, urnMatches } from "../../policy/settings/urn.ts";
import { drawn } from "../support/seed.ts";

/** A pattern means what its author read in it, whatever names a program gives its resources. */
const urn = (name: string, { stack = "acme-prod", project = "app", type = API_KEY_TYPE } = {}) =>
  `urn:pulumi:${stack}::${project}::${type}::${name}`;

test("names are met whole, and no star reaches over a part", () => {
  const yes: [string, string][] = [
    ["*::backend", urn("backend")],
    ["*::legacy-*", urn("legacy-1")],
    ["*::legacy-?", urn("legacy-1")],
    ["urn:pulumi:acme-*::*::legacy-1", urn("legacy-1")],
    ["urn:pulumi:acme-prod::*", urn("anything")],
    [urn("evil::legacy-1"), urn("evil::legacy-1")],
    ["urn:pulumi:acme-prod::app::*::evil::legacy-*", urn("evil::legacy-1")],
    [`*::${API_KEY_TYPE}::backend`, urn("backend")],
    ["*::acme:index:Team$*::backend", urn("backend", { type: `acme:index:Team$${API_KEY_TYPE}` })],
    ["*::*::backend", urn("backend")],
    ["*", urn("backend")], // matches all, and names no key: refused elsewhere
  ];
  const no: [string, string][] = [
    ["*::legacy-*", urn("evil::legacy-1")],
    ["*::legacy-*", urn("legacy-1::evil")],
    ["*::*::legacy-*", urn("evil::legacy-1")],
    ["*legacy-1", urn("legacy-1")],
    ["*::legacy-*", urn("evil", { type: `x::legacy-1$${API_KEY_TYPE}` })],
    ["*::legacy-*", urn("evil", { project: "legacy-1" })],
    ["urn:pulumi:acme-dev::*", urn("backend")],
    ["urn:pulumi:acme-prod::legacy-*", urn("legacy-1")],
    ["", urn("")],
  ];
  for (const [pattern, text] of yes) expect(urnMatches(pattern, text), `${pattern} ${text}`).toBe(true);
  for (const [pattern, text] of no) expect(urnMatches(pattern, text), `${pattern} ${text}`).toBe(false);
});

test("for any name: its own URN and `*::name` mean it, and `*::x*` means no name that doesn't begin so", () => {
  const part = fc.stringMatching(/^[a-z$:.-]{1,8}$/).filter((text) => !text.includes("::") && !/^:|:$/.test(text));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), part, part, (names, prefix, project) => {
      const name = names.join("::");
      expect(urnMatches(urn(name, { project }), urn(name, { project }))).toBe(true);
      expect(urnMatches(`*::${name}`, urn(name))).toBe(names.length === 1);
      expect(urnMatches(`*::${prefix}*`, urn(name))).toBe(names.length === 1 && name.startsWith(prefix));
    }),
    drawn("URN patterns", 500),
  );
});

test("a pattern is for a stack by its first part", () => {
  expect(concernsStack("*::backend", "urn:pulumi:acme-prod")).toBe(true);
  expect(concernsStack("urn:pulumi:acme-*::*", "urn:pulumi:acme-prod")).toBe(true);
  expect(concernsStack("urn:pulumi:acme-dev::*", "urn:pulumi:acme-prod")).toBe(false);
});
