import { type OptionRow, refused, refusedByPulumi, type WayRow } from "./optionRow.ts";
import type { Cell, Cells, Effect, Impossible } from "./verdicts.ts";

const honoured = (effect: Effect): Cell => ({ effect, verdict: "honoured" });
const SAME = honoured("same");
const ORDINARY: WayRow = {};
/** The same in all four ways. */
const always = (way: WayRow | Impossible = ORDINARY) => ({
  own: way,
  inherited: way,
  transform: way,
  transformation: way,
});
/** `inherited`: what becomes of a key in a component with the option, which Pulumi doesn't hand down. */
const notHandedDown = (way: WayRow | Impossible, inherited: WayRow = ORDINARY) => ({
  ...always(way),
  inherited: { ...inherited, handedDown: false as const },
});

const OTHER = `const other = new Floor(s + "-other", { v: n });`;

/** Every option of the SDK in use. A new one fails test/options/matrix.engine.test.ts until it stands here. */
export const OPTION_ROWS: readonly OptionRow[] = [
  {
    option: "additionalSecretOutputs",
    written: `additionalSecretOutputs: ["name"]`,
    ways: always(),
    says: "The outputs named are secrets beside the key's own, which stay secret whoever sets the list.",
  },
  {
    option: "aliases",
    written: "aliases: [{ name: s }]",
    changes: "name",
    ways: {
      own: { cells: { change: SAME } },
      inherited: { cells: { change: SAME } },
      transform: { cells: { change: SAME } },
      transformation: { cells: { change: SAME } },
    },
    says: "A renamed key keeps its id, its secret and its overlap; so does a key whose component is renamed.",
  },
  {
    option: "customTimeouts",
    written: `customTimeouts: { create: "5m", update: "5m", delete: "5m" }`,
    ways: { own: ORDINARY, inherited: { handedDown: false }, transform: untold(), transformation: untold() },
    says: "The key's requests end within them. One that a transform sets doesn't reach the provider.",
    remedy:
      "Write them in the constructor's options. Without them the requests of an operation end within two minutes.",
  },
  {
    option: "deleteBeforeReplace",
    variant: "without an overlap",
    written: "deleteBeforeReplace: true",
    withoutOverlap: true,
    ways: notHandedDown(ORDINARY),
    says: "The old key is revoked before the new one is made.",
  },
  {
    option: "deleteBeforeReplace",
    variant: "with an overlap",
    written: "deleteBeforeReplace: true",
    ways: { ...notHandedDown(ORDINARY), own: refused(/deleteBeforeReplace/) },
    says: "Refused in the constructor. A transform's has Pulumi delete first; the old key lives on for its overlap all the same.",
  },
  {
    option: "deletedWith",
    written: "deletedWith: other",
    before: OTHER,
    ways: {
      own: refused(/deletedWith/),
      inherited: { cells: {} },
      transform: deletedWithOther(),
      transformation: { cells: {} },
    },
    says: "Refused in the constructor: Pulumi would delete the resource from the state and not call the provider, so that the key would live on. A component's, and one that an old transformation of a component sets, are taken off.",
    remedy:
      "Don't set it by a transform. `destroy` names the keys that it left alive; `zkscore-keys reconcile --revoke-orphans --used` revokes them.",
  },
  {
    option: "dependsOn",
    written: "dependsOn: [other]",
    before: OTHER,
    ways: always(),
    says: "The key is made after the others and revoked before them.",
  },
  {
    option: "envVarMappings",
    written: `envVarMappings: { SOME: "OTHER" }`,
    runs: ["read"],
    ways: {
      ...always(refusedByPulumi(/envVarMappings can only be used with provider resources/)),
      transform: { impossible: "a transform's `envVarMappings` are dropped by the SDK, which has no field for them" },
    },
    says: "Pulumi takes it for provider resources only, and refuses it anywhere else.",
    remedy: "Leave it out; the provider reads `ZKSCORE_…` from the environment of the command.",
  },
  {
    option: "hideDiffs",
    written: `hideDiffs: ["description"]`,
    ways: notHandedDown(ORDINARY),
    says: "Display only.",
  },
  {
    option: "hooks",
    written: "hooks: { beforeCreate: [hook], afterCreate: [hook], beforeUpdate: [hook], afterUpdate: [hook] }",
    before: `const hook = new ResourceHook(s + "-hook", () => {});`,
    ways: notHandedDown(ORDINARY),
    says: "Called as for any resource.",
  },
  {
    option: "id",
    written: `id: "key_of_somebody"`,
    runs: ["read"],
    ways: {
      own: refused(/\bid\b/),
      inherited: refusedByPulumi(/Cannot read an existing resource unless it has a custom provider/),
      transform: { impossible: "a transform's `id` is dropped by the SDK, which has no field for it" },
      transformation: refused(/\bid\b|read|get/),
    },
    says: "Refused: a key's secret can't be read back.",
    remedy: "A component has no id: leave it out. For a key that exists: `adopt`.",
  },
  {
    option: "ignoreChanges",
    variant: "description",
    written: `ignoreChanges: ["description"]`,
    runs: ["read", "unread", "patch"],
    ways: notHandedDown({ cells: { change: SAME, drift: SAME }, patch: { change: SAME, drift: SAME } }),
    says: "Neither the program's change nor somebody's edit of the field changes the key.",
  },
  {
    option: "ignoreChanges",
    variant: "permissions",
    written: `ignoreChanges: ["permissions"]`,
    changes: "permissions",
    permissions: `[{ resource: "trust", actions: [p > 1 ? "write" : "read"] }, { resource: "scores", actions: ["read"] }]`,
    // The key must still do what its application asks of it.
    drift: {
      permissions: [
        { resource: "trust", actions: ["read", "write"] },
        { resource: "scores", actions: ["read"] },
      ],
    },
    runs: ["read", "unread", "patch"],
    ways: notHandedDown({ cells: { change: SAME, drift: SAME }, patch: { change: SAME, drift: SAME } }),
    says: "As above, for a list.",
  },
  {
    option: "ignoreChanges",
    variant: "index",
    written: `ignoreChanges: ["permissions[0].actions"]`,
    changes: "permissions",
    // Not in the order in which `check` sorts.
    permissions: `[{ resource: "trust", actions: [p > 1 ? "write" : "read"] }, { resource: "scores", actions: ["write", "read"] }]`,
    runs: ["read", "unread", "patch"],
    ways: notHandedDown({ cells: { change: SAME }, patch: { change: SAME } }),
    says: "The index is that of the program's order.",
  },
  {
    option: "ignoreChanges",
    variant: "address",
    written: `ignoreChanges: ["permissions[0].restrictions.ipWhitelist[0]"]`,
    changes: "permissions",
    permissions: `[{ resource: "trust", actions: ["read"], restrictions: { ipWhitelist: [p > 1 ? "203.0.113.9" : "203.0.113.8", "127.0.0.1", "192.0.2.1"] } }, { resource: "scores", actions: ["read"] }]`,
    ways: notHandedDown({ cells: { change: SAME } }),
    says: "As above; no address of the list is dropped.",
  },
  {
    option: "ignoreChanges",
    variant: "all",
    written: `ignoreChanges: ["*"]`,
    runs: ["read", "unread", "patch"],
    ways: notHandedDown({
      cells: { change: SAME, rotation: SAME, configured: SAME, drift: SAME },
      patch: { change: SAME, rotation: SAME, configured: SAME, drift: SAME },
    }),
    says: "The key stays as it is, whatever the program says; `rotation.every` goes on.",
  },
  {
    option: "ignoreChanges",
    variant: "trigger",
    written: `ignoreChanges: ["rotation.trigger"]`,
    ways: notHandedDown({ cells: { rotation: SAME, configured: SAME } }),
    says: "A changed trigger rotates nothing.",
  },
  {
    option: "import",
    written: `import: "key_of_somebody"`,
    runs: ["read"],
    ways: {
      own: refused(/import/),
      inherited: { impossible: "a component has no `import`" },
      transform: refusedByPulumi(/code must be a string/),
      transformation: refusedByPulumi(/code must be a string/),
    },
    says: "Refused: a key's secret can't be read back.",
    remedy: "Use `adopt`. Pulumi can import no dynamic resource, and asks the provider nothing.",
  },
  {
    option: "parent",
    variant: "with dependents beside it",
    written: "parent: home",
    before: `const home = new Home(s + "-home");`,
    ways: {
      own: ORDINARY,
      inherited: ORDINARY,
      transform: { impossible: "Pulumi lets no transform change a parent" },
      transformation: { impossible: "Pulumi lets no transformation change a parent" },
    },
    says: "A component may hold a key and what depends on it.",
  },
  {
    option: "pluginDownloadURL",
    written: `pluginDownloadURL: "https://plugins.example.com"`,
    ways: notHandedDown(ORDINARY),
    says: "The key is served by a provider process of its own, which knows what the other one has read.",
  },
  {
    option: "protect",
    written: "protect: true",
    ways: always({ cells: protectedCells(), unread: { drift: SAME } }),
    says: 'Pulumi refuses to replace or remove the key, so that a due rotation fails the `up`. `deletionPolicy: "prevent"` refuses the removal only.',
  },
  {
    option: "provider",
    written: "provider: dynamic",
    before: "const dynamic = explicitProvider(s);",
    ways: always(),
    says: "The key is served by a provider process of its own, which knows what the other one has read.",
  },
  {
    option: "replaceOnChanges",
    variant: "a field that changes nothing in the account",
    written: `replaceOnChanges: ["rotation.every"]`,
    changes: "field",
    floor: "rotation: { every: f }",
    ways: replaceOnChanges(SAME),
    says: "A change of the field makes a new key.",
    remedy:
      "Write it in the constructor's options: Pulumi needs the provider for it, and tells the provider of no option.",
  },
  {
    option: "replaceOnChanges",
    variant: "patch mode",
    written: `replaceOnChanges: ["description"]`,
    floor: "description: d",
    runs: ["patch"],
    ways: {
      own: { patch: { change: honoured("overlap"), drift: honoured("overlap") } },
      inherited: ORDINARY,
      transform: { patch: { change: { effect: "patched", verdict: "limit", floor: "unmoved" } } },
      transformation: { patch: { change: { effect: "patched", verdict: "limit", floor: "unmoved" } } },
    },
    says: "A change of the field makes a new key, also one that somebody made in the account.",
    remedy:
      "Write it in the constructor's options: Pulumi needs the provider for it, and tells the provider of no option.",
  },
  {
    option: "replacementTrigger",
    written: `replacementTrigger: n`,
    changes: "option",
    ways: notHandedDown(
      { cells: { change: honoured("overlap") }, unread: { change: unreadReplacement() } },
      { cells: { change: SAME } },
    ),
    says: "A change of its value makes a new key.",
  },
  {
    option: "replaceWith",
    written: "replaceWith: [other]",
    before: OTHER,
    changes: "option",
    ways: notHandedDown(
      // The other one is new by then: Pulumi wouldn't replace the key with it again.
      {
        cells: { change: honoured("overlap") },
        unread: { change: unreadReplacement("--replace", "**::replacewith-*") },
      },
      { cells: { change: SAME } },
    ),
    says: "The key is replaced with the other resource. Refused where nothing was read; then `--replace` is needed beside `--refresh`, since the other one is new already. A key that Pulumi deletes first keeps its overlap where the other one is a key as well; where it is another package's resource that is deleted first, nothing tells the provider, and the old key is revoked: use `rotation.trigger` with an output of it instead.",
  },
  {
    option: "retainOnDelete",
    variant: "true",
    written: "retainOnDelete: true",
    ways: {
      own: refused(/retainOnDelete.*deletionPolicy/s),
      inherited: ORDINARY,
      transform: retained(),
      transformation: retained(),
    },
    says: "Refused in the constructor. A component's doesn't reach a key, which says `false` itself.",
    remedy:
      'Use `deletionPolicy: "retain"` and let the transform spare keys. What Pulumi skipped is named by the next run; `zkscore-keys reconcile --revoke-orphans --used` revokes it.',
  },
  {
    option: "retainOnDelete",
    variant: "false",
    written: "retainOnDelete: false",
    ways: always(),
    says: "What a key has anyway.",
  },
  {
    option: "stateMigrations",
    written: "stateMigrations: [({ oldState }) => ({ newState: oldState })]",
    runs: ["read"],
    ways: {
      own: refusedByPulumi(/does not support state migrations/),
      inherited: refusedByPulumi(/does not support state migrations/),
      transform: { impossible: "a transform's `stateMigrations` are dropped by the SDK, which has no field for them" },
      transformation: refusedByPulumi(/does not support state migrations/),
    },
    says: "Experimental: the engine in use refuses it for any resource.",
    remedy: "Leave it out; `aliases` and `pulumi state move` keep a key.",
  },
  {
    option: "transformations",
    variant: "a description",
    written: `transformations: [(t) => (t.type === KEY ? { props: { ...t.props, description: "by transform " + n }, opts: t.opts } : undefined)]`,
    changes: "option",
    ways: {
      own: ORDINARY_OPTION(),
      inherited: ORDINARY_OPTION(),
      transform: { impossible: "Pulumi doesn't look at what a transform sets here" },
      transformation: { impossible: "Pulumi doesn't look at what a transformation sets here" },
    },
    says: "What it sets is as if the program had written it.",
  },
  {
    option: "transforms",
    variant: "a description",
    written: `transforms: [(t) => (t.type === KEY ? { props: { ...t.props, description: "by transform " + n }, opts: t.opts } : undefined)]`,
    changes: "option",
    ways: {
      own: ORDINARY_OPTION(),
      inherited: ORDINARY_OPTION(),
      transform: { impossible: "Pulumi doesn't look at what a transform sets here" },
      transformation: { impossible: "for an old transformation it is the key's own: the same row" },
    },
    says: "What it sets is as if the program had written it.",
  },
  {
    option: "transforms",
    variant: "a name",
    written: `transforms: [(t) => (t.type === KEY ? { props: { ...t.props, name: s + "-named-" + n }, opts: t.opts } : undefined)]`,
    withoutOverlap: true,
    ways: {
      own: ORDINARY,
      inherited: ORDINARY,
      transform: { impossible: "Pulumi doesn't look at what a transform sets here" },
      transformation: { impossible: "for an old transformation it is the key's own: the same row" },
    },
    says: "A `name` set by a transform is as if the program had written it: a replacement revokes the old key first.",
  },
  {
    option: "transforms",
    variant: "a key with a name, passed on unchanged",
    written: "transforms: [(t) => (t.type === KEY ? { props: t.props, opts: t.opts } : undefined)]",
    args: `name: s + "-named"`,
    withoutOverlap: true,
    ways: {
      own: ORDINARY,
      inherited: ORDINARY,
      transform: { impossible: "Pulumi doesn't look at what a transform sets here" },
      transformation: { impossible: "for an old transformation it is the key's own: the same row" },
    },
    says: "A transform that gives back what it got changes nothing.",
  },
  {
    option: "transforms",
    variant: "webhooks",
    written: `transforms: [(t) => (t.type === KEY ? { props: { ...t.props, webhooks: [{ url: "https://hook.example.com/a", events: ["score.updated"], secret: "planted-webhook-secret" }] }, opts: t.opts } : undefined)]`,
    ways: {
      own: ORDINARY,
      inherited: ORDINARY,
      transform: { impossible: "Pulumi doesn't look at what a transform sets here" },
      transformation: { impossible: "for an old transformation it is the key's own: the same row" },
    },
    says: "As if the program had written them: encrypted in the state, though a transform sets them past the program's mark.",
  },
  {
    option: "transforms",
    variant: "adopt",
    written: `transforms: [(t) => (t.type === KEY ? { props: { ...t.props, adopt: { keyId: "key_of_somebody", apiKey: "planted-adopted-secret" } }, opts: t.opts } : undefined)]`,
    runs: ["read"],
    ways: {
      own: refused(/can't be adopted/),
      inherited: refused(/can't be adopted/),
      transform: { impossible: "Pulumi doesn't look at what a transform sets here" },
      transformation: { impossible: "for an old transformation it is the key's own: the same row" },
    },
    says: "As if the program had written it: here a key that the account doesn't list is refused. One that it lists is adopted, its secret encrypted in the state.",
  },
  {
    option: "urn",
    written: `urn: "urn:pulumi:dev::test::pulumi-nodejs:dynamic/zkscore:ApiKey::other"`,
    runs: ["read"],
    ways: {
      own: refused(/\burn\b/),
      inherited: { impossible: "a component with a `urn` is read from the state, and no parent for new resources" },
      transform: { impossible: "a transform's `urn` is dropped by the SDK, which has no field for it" },
      transformation: refusedByPulumi(/urn|unknown resource/),
    },
    says: "Refused.",
    remedy: "Leave it out; take the key from where it is declared.",
  },
  {
    option: "version",
    written: `version: "3.200.0"`,
    ways: notHandedDown(ORDINARY),
    says: "The key is served by a provider process of its own, which knows what the other one has read.",
  },
];

/** What a transform changes is a change of the key. */
function ORDINARY_OPTION(): WayRow {
  return {};
}

/** Pulumi tells a dynamic provider of no option; what the constructor sees, it passes on. */
function untold(): WayRow {
  return { cells: { create: { effect: "made", verdict: "limit", floor: "untold" } } };
}

function deletedWithOther(): WayRow {
  return { cells: { destroy: { effect: "kept", verdict: "limit", floor: "kept", says: /deletedWith/ } } };
}

function retained(): WayRow {
  const kept = (effect: Effect, says?: RegExp): Cell => ({
    effect,
    verdict: "limit",
    floor: "kept",
    ...(says === undefined ? {} : { says }),
  });
  return {
    cells: {
      removal: kept("kept", /retainOnDelete/),
      destroy: kept("kept", /retainOnDelete/),
    },
  };
}

function protectedCells(): Cells {
  const held: Cell = { effect: "refused", verdict: "honoured", says: /protect/ };
  return {
    change: held,
    rotation: held,
    configured: held,
    drift: held,
    removal: held,
    destroy: held,
    overlapEnds: SAME,
  };
}

function replaceOnChanges(without: Cell) {
  const limit: Cell = { ...without, verdict: "limit", floor: "unmoved" };
  return {
    own: { cells: { change: honoured("overlap") } },
    inherited: { cells: { change: without } },
    transform: { cells: { change: limit } },
    transformation: { cells: { change: limit } },
  };
}

/** Nothing was read, and Pulumi shows the provider no old state: refused, with the command that helps. */
function unreadReplacement(...more: string[]): Cell {
  return {
    effect: "refused",
    verdict: "refused",
    says: /--refresh/,
    remedied: { args: ["--refresh", ...more], effect: "overlap" },
  };
}
