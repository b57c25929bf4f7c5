/** Which environment a stack or a key belongs to, and what said so. */
export interface Environment {
  /** `production`, `staging`, `development`, a name of one's own, or `undefined` where nothing says. */
  readonly name: string | undefined;
  readonly production: boolean;
  readonly source: Source;
}

export type Source = "configuration" | "stack tag" | "stack name" | "default" | "nothing";

export type EnvironmentWords = Readonly<Record<string, readonly string[]>>;

/** From the strictest on; a name of one's own stands before `development`. */
const RANK = ["production", "staging"];

/** `main` is left out on purpose: a stack of that name says nothing about production. */
export const ENVIRONMENT_WORDS: EnvironmentWords = {
  production: ["production", "prod", "prd"],
  staging: ["staging", "stage", "stg", "preprod", "preproduction", "preprd", "uat", "qa"],
  development: [
    "development",
    "develop",
    "dev",
    "test",
    "testing",
    "sandbox",
    "local",
    "nonprod",
    "nonproduction",
    "nonprd",
  ],
};

/** Says production of a stack, not of a key: `live-scores` is what a key reads. */
const STACKS_ONLY = "live";

/** `prodeu`, `produ`, `usprod`: production with something stuck to it. Not `product`, `prodigy`, `reproduction`. */
const STUCK = /^prod(?!uc(?!tion)|ig|rom|d)|(?<!re)production|[a-z]prod$/;

export interface EnvironmentSettings {
  /** Said outright; empty where it isn't. */
  readonly environment: string;
  readonly environmentTag: string;
  /** In addition to {@link ENVIRONMENT_WORDS}. */
  readonly environmentWords: EnvironmentWords;
  /** Production where nothing says otherwise. */
  readonly productionByDefault: boolean;
}

/**
 * The strictest of what the configuration, the stack's tag and its name say. With `lowered` (an exemption of this stack)
 * the first of them that speaks decides. A word that nobody knows counts as production: `environmentProblems` refuses it.
 */
export function detectEnvironment(
  settings: EnvironmentSettings,
  tags: ReadonlyMap<string, string>,
  stack: string,
  lowered = false,
): Environment {
  const statements = statementsOf(settings, tags, stack);
  const first = lowered ? statements.slice(0, 1) : statements;
  const [strictest] = [...first].sort((a, b) => rank(a.name) - rank(b.name));
  if (strictest !== undefined) return named(strictest.name, strictest.source);
  return settings.productionByDefault ? named("production", "default") : named(undefined, "nothing");
}

/** True where an exemption would make a difference: what is said first isn't the strictest. */
export function isContradicted(
  settings: EnvironmentSettings,
  tags: ReadonlyMap<string, string>,
  stack: string,
): boolean {
  return (
    detectEnvironment(settings, tags, stack).production && !detectEnvironment(settings, tags, stack, true).production
  );
}

/** What is wrong with the settings and tags by which an environment is said. No value is repeated. */
export function environmentProblems(settings: EnvironmentSettings, tags: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const words = wordsOf(settings);
  const judge = (text: string, where: string) => {
    if (isHidden(text)) problems.push(`${where} is blank, or holds a character that isn't plain: write it anew`);
    else if (saidBy(words, text, true).length === 0) {
      problems.push(
        `${where} is no known environment; write ${Object.keys(words).join(", ")}, or add your own to \`environmentWords\``,
      );
    }
  };
  if (settings.environment !== "") judge(settings.environment, "`environment`");
  for (const value of tagged(settings, tags)) if (value !== "") judge(value, "the stack's environment tag");
  if (settings.environmentTag.trim() === "") problems.push("`environmentTag` is blank: name a tag, or leave it out");
  const given = Object.entries(settings.environmentWords).flatMap(([name, list]) => [name, ...list]);
  if (given.some((word) => !/^[a-z]+$/.test(folded(word)))) {
    problems.push("`environmentWords` has a word that is never found: words are letters only");
  }
  const meanings = Map.groupBy(
    Object.entries(words).flatMap(([name, list]) => [...new Set(list)].map((word) => ({ name, word }))),
    ({ word }) => word,
  );
  if ([...meanings.values()].some((same) => same.length > 1)) {
    problems.push("`environmentWords` gives a word to two environments; the stricter one holds");
  }
  return problems;
}

/** The environments a text names, by whole words: `prod-app`, `myProdKey`, `app_prod2`, `prodeu`, not `product`. */
export function namesIn(words: EnvironmentWords, text: string): string[] {
  return saidBy(words, text, false);
}

/** The words in force, by environment: the built-in ones and those of the settings, all in one spelling. */
export function wordsOf({ environmentWords }: Pick<EnvironmentSettings, "environmentWords">): EnvironmentWords {
  const words: Record<string, string[]> = {};
  for (const [name, list] of [...Object.entries(ENVIRONMENT_WORDS), ...Object.entries(environmentWords)]) {
    const canonical = folded(name);
    words[canonical] = [...(words[canonical] ?? []), canonical, ...list.map(folded)];
  }
  return words;
}

interface Statement {
  readonly name: string;
  readonly source: Source;
}

/** What is said, in the order of precedence; what says two environments says the stricter one. */
function statementsOf(settings: EnvironmentSettings, tags: ReadonlyMap<string, string>, stack: string): Statement[] {
  const words = wordsOf(settings);
  const outright = (text: string, source: Source): Statement[] => {
    if (text === "") return [];
    const [name = "production"] = isHidden(text) ? [] : strictestFirst(saidBy(words, text, true));
    return [{ name, source }];
  };
  const [byName] = strictestFirst(saidBy(words, stack, true));
  return [
    ...outright(settings.environment, "configuration"),
    ...tagged(settings, tags).flatMap((value) => outright(value, "stack tag")),
    ...(byName === undefined ? [] : [{ name: byName, source: "stack name" as const }]),
  ];
}

/** Names of tags are compared without regard to case: `Environment` is meant, whoever wrote it. */
function tagged({ environmentTag }: EnvironmentSettings, tags: ReadonlyMap<string, string>): string[] {
  const wanted = folded(environmentTag);
  return [...tags.entries()].filter(([name]) => folded(name) === wanted).map(([, value]) => value);
}

function saidBy(words: EnvironmentWords, text: string, ofStack: boolean): string[] {
  const parts = text
    .normalize("NFKC")
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((part) => part !== "");
  // "pre-prod" and "non-prod" are one word each; read apart they would say production.
  const tokens = parts.reduce<string[]>((kept, part) => {
    const last = kept.at(-1);
    if (last === "pre" || last === "non") kept[kept.length - 1] = last + part;
    else kept.push(part);
    return kept;
  }, []);
  const says = (name: string, token: string) => words[name]?.includes(token) === true || name === token;
  const names = Object.keys(words);
  return names.filter((name) =>
    tokens.some((token) => {
      if (says(name, token)) return true;
      if (name !== "production" || names.some((other) => says(other, token))) return false;
      return STUCK.test(token) || (ofStack && token === STACKS_ONLY);
    }),
  );
}

function strictestFirst(names: readonly string[]): string[] {
  return [...names].sort((a, b) => rank(a) - rank(b));
}

function rank(name: string): number {
  const at = RANK.indexOf(name);
  return at >= 0 ? at : name === "development" ? RANK.length + 1 : RANK.length;
}

/** True for a text of blanks alone, and for one with zero-width or control characters, or letters of another script. */
function isHidden(text: string): boolean {
  const plain = text.normalize("NFKC");
  return plain.trim() === "" || /[^ -~]/.test(plain);
}

function folded(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}

function named(name: string | undefined, source: Source): Environment {
  return { name, production: name === "production", source };
}
