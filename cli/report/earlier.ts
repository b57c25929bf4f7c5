import { readFile } from "node:fs/promises";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { decodeText } from "../decodeText.ts";
import { jsonIn } from "../json.ts";
import { type ReportData, reportData } from "./data.ts";
import { dataInPage } from "./page/page.ts";

/** An earlier report, from its data or its page. Throws `ZKS_INPUT`. */
export async function readEarlier(file: string): Promise<ReportData> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    throw unreadable(file, "it isn't there, or isn't yours to read");
  }
  const text = decodeText(bytes, file);
  const parsed = reportData.safeParse(jsonIn(text) ?? jsonIn(dataInPage(text) ?? ""));
  if (!parsed.success) throw unreadable(file, "it is no report of this command, or of a newer release");
  return parsed.data;
}

function unreadable(file: string, why: string): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what: `the earlier report ${file} can't be read`,
    why,
    remedy: "give a page or the data that `zkscore-keys report --out` wrote",
    safe: "no request was made",
    outcome: "not-executed",
  });
}
