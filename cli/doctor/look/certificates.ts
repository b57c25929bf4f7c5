import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

/** The file of NODE_EXTRA_CA_CERTS: unreadable, without a certificate, or when its certificates end. */
export type ExtraCa = { file: string; fault: "unreadable" | "none" } | { file: string; endsAt: number[] };

/** Looks at the authorities that Node is told to trust. */
export function extraCa(env: NodeJS.ProcessEnv): ExtraCa | undefined {
  const file = env["NODE_EXTRA_CA_CERTS"] ?? "";
  if (file === "") return undefined;
  let text: string;
  try {
    text = readFileSync(file, "latin1");
  } catch {
    return { file, fault: "unreadable" };
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    const endsAt = blocks.map((block) => Date.parse(new X509Certificate(block).validTo));
    return endsAt.length === 0 ? { file, fault: "none" } : { file, endsAt };
  } catch {
    return { file, fault: "none" };
  }
}
