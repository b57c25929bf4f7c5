import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
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

export interface ReportOptions {
  out: string[];
  since?: string;
  offline: boolean;
}

/** `zkscore-keys report`. Read-only. */
export async function report(files: readonly string[], options: ReportOptions): Promise<number> {
  const { out, since, offline } = options;
  assertArguments(files, options);
  const earlier = since === undefined ? undefined : await readEarlier(since);
  const states = files.length === 0 ? [] : await readStates(files);
  const gathered: Gathered = offline
    ? { now: Date.now(), states }
    : await withAccount((account) => askAccount(account, states));
  const listing = gathered.account?.listing;
  const model = cleaned(modelOf(gathered, await judge(gathered)), [process.env["ZKSCORE_TOKEN"] ?? ""]);
  const data: ReportData =
    earlier === undefined
      ? model
      : { ...model, changes: changesSince(earlier, model, (keyId) => listing?.keys.get(keyId)?.status) };
  for (const file of out) await write(file, data);
  print(summaryOf(data, out));
  return listing === undefined ? 0 : exitCodeOf(listing);
}

function assertArguments(files: readonly string[], { out, offline }: ReportOptions): void {
  if (out.length === 0) throw new WrongArguments("--out FILE says where to write: report.html, or report.json");
  const other = out.find((file) => ![".html", ".json"].includes(extname(file)));
  if (other !== undefined) throw new WrongArguments("--out takes a file that ends in .html or .json");
  if (offline && files.length === 0) throw new WrongArguments("--offline needs the state of a stack");
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
