/** Which environment a stack or a key belongs to, and what said so. */
export interface Environment {
  /** `production`, `staging`, `development`, a name of one's own, or `undefined` where nothing says. */
  readonly name: string | undefined;
  readonly production: boolean;
  readonly source: "configuration" | "stack tag" | "stack name" | "nothing";
}

export type EnvironmentWords = Readonly<Record<string, readonly string[]>>;

/** `live` and `main` are left out on purpose: `live-scores` and a stack called `main` say nothing about production. */
export const ENVIRONMENT_WORDS: EnvironmentWords = {
  production: ["production", "prod", "prd"],
  staging: ["staging", "stage", "stg", "preprod", "uat", "qa"],
  development: ["development", "develop", "dev", "test", "testing", "sandbox", "local", "nonprod"],
};

export interface EnvironmentSettings {
  /** Said outright; empty where it isn't. */
  readonly environment: string;
  readonly environmentTag: string;
  readonly environmentWords: EnvironmentWords;
}

/** By configuration, then by the stack's tag, then by the words in the stack's name. The first that speaks decides. */
export function detectEnvironment(
  settings: EnvironmentSettings,
  tags: ReadonlyMap<string, string>,
  stack: string,
): Environment {
  const words = settings.environmentWords;
  if (settings.environment !== "") return named(canonicalName(words, settings.environment), "configuration");
  const tag = tags.get(settings.environmentTag)?.trim() ?? "";
  if (tag !== "") return named(canonicalName(words, tag), "stack tag");
  const [first, ...others] = namesIn(words, stack);
  // A stack name with two environments in it decides nothing, unless one is production: the stricter rules hold then.
  if (others.length > 0)
    return named(
      [first, ...others].find((name) => name === "production"),
      "stack name",
    );
  return first === undefined ? named(undefined, "nothing") : named(first, "stack name");
}

/** The environments a text names, by whole words: `prod-app`, `myProdKey`, `app_prod2`, not `product`. */
export function namesIn(words: EnvironmentWords, text: string): string[] {
  const parts = text
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
  return Object.keys(words).filter((name) => tokens.some((token) => words[name]?.includes(token) || token === name));
}

/** `prod` and `Production` are `production`; a word nobody listed is an environment of its own. */
function canonicalName(words: EnvironmentWords, text: string): string {
  const lower = text.trim().toLowerCase();
  return Object.keys(words).find((name) => name === lower || words[name]?.includes(lower)) ?? lower;
}

function named(name: string | undefined, source: Environment["source"]): Environment {
  return { name, production: name === "production", source };
}
