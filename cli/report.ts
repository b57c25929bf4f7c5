import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { ZkscoreError } from "../provider/domain/errors.ts";
import { jsonText, shown } from "../provider/domain/shown.ts";
import { exitCodeOf, withAccount } from "./account.ts";
import { WrongArguments } from "./failure.ts";
import { print } from "./output.ts";
import { readStates } from "./reconcile/sources.ts";
import { cleaned } from "./report/clean.ts";
import type { ReportData } from "./report/data.ts";
import { readEarlier } from "./report/earlier.ts";
import { askAccount, type Gathered } from "./report/gather.ts";
import { judge } from "./report/judge.ts";
import { modelOf } from "./report/model.ts";
import { pageOf } from "./report/page/page.ts";
import { changesSince } from "./report/since.ts";

const USAGE = `zkscore-keys report --out FILE... [--since FILE] [--offline] [STATE...]

Who may do what, as one page for a browser or for paper: each key with its grants, when it ends and rotates, what it is
used for, what nobody uses, what the policies find, what no stack manages, and what changed since an earlier report.
The page loads nothing, and holds no secret. Asks for one listing, and for the usage of each key that has some.

  STATE          output of \`pulumi stack export\`; - is stdin. Without one, the account alone: then marks, which prove
                 nothing, say who made a key, and its rotation isn't known
  --out FILE     where to write: x.html the page, x.json the data (docs/report.md). May be given twice
  --since FILE   an earlier report, page or data: says what changed
  --offline      the states alone: no request is made

Exit codes: 0 written; 1 failed; 2 wrong arguments; 3 written, but the account's listing is not complete.
`;

interface Wanted {
  readonly help: boolean;
  readonly out: readonly string[];
  readonly since: string | undefined;
  readonly offline: boolean;
  readonly states: readonly string[];
}

/** `zkscore-keys report`. Read-only. */
export async function report(argv: readonly string[]): Promise<number> {
  const wanted = wantedOf(argv);
  if (wanted.help) {
    print(USAGE.trimEnd());
    return 0;
  }
  const earlier = wanted.since === undefined ? undefined : await readEarlier(wanted.since);
  const states = wanted.states.length === 0 ? [] : await readStates(wanted.states);
  const gathered: Gathered = wanted.offline
    ? { now: Date.now(), states }
    : await withAccount((account) => askAccount(account, states));
  const listing = gathered.account?.listing;
  const model = cleaned(modelOf(gathered, await judge(gathered)), [process.env["ZKSCORE_TOKEN"] ?? ""]);
  const data: ReportData =
    earlier === undefined
      ? model
      : { ...model, changes: changesSince(earlier, model, (keyId) => listing?.keys.get(keyId)?.status) };
  for (const file of wanted.out) await write(file, data);
  print(summaryOf(data, wanted.out));
  return listing === undefined ? 0 : exitCodeOf(listing);
}

function wantedOf(argv: readonly string[]): Wanted {
  const { values, positionals: states } = parseArgs({
    args: [...argv],
    options: {
      out: { type: "string", multiple: true, default: [] as string[] },
      since: { type: "string" },
      offline: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
    allowPositionals: true,
  });
  const { help, out, since, offline } = values;
  if (!help) {
    if (out.length === 0) throw new WrongArguments("--out FILE says where to write: report.html, or report.json");
    const other = out.find((file) => ![".html", ".json"].includes(extname(file)));
    if (other !== undefined) throw new WrongArguments("--out takes a file that ends in .html or .json");
    if (offline && states.length === 0) throw new WrongArguments("--offline needs the state of a stack");
  }
  return { help, out, since, offline, states };
}

async function write(file: string, data: ReportData): Promise<void> {
  const text = extname(file) === ".html" ? pageOf(data, pageScript()) : `${jsonText(data)}\n`;
  try {
    await writeFile(file, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new ZkscoreError({
      code: "ZKS_INPUT",
      what: `the report can't be written to ${file}`,
      why: `the system says ${code}`,
      remedy: "give a file in a folder that exists and that you may write to",
      safe: "nothing was changed in the account",
    });
  }
}

/** What makes the page filter and sort: built for browsers, beside this package's other files. */
function pageScript(): string {
  const root = dirname(createRequire(__filename).resolve("pulumi-zkscore/package.json"));
  return readFileSync(join(root, "dist", "cli", "report", "browser", "page.js"), "utf8");
}

function summaryOf({ keys, findings }: ReportData, out: readonly string[]): string {
  const wide = keys.filter((key) => key.wide.length > 0).length;
  return `${out.map((file) => shown(file, 200)).join(", ")}: ${keys.length} keys, ${wide} wide, ${findings.length} findings of the policies`;
}
