import { ZkscoreError } from "../provider/domain/errors.ts";

/**
 * Text of a file or pipe. PowerShell writes UTF-16 with a byte order mark, or UTF-8 with one; without a mark, JSON says by
 * its first character what it is. `source` names it in errors. Throws `ZKS_INPUT`.
 */
export function decodeText(bytes: Buffer, source: string): string {
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    if (!gzip) return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    // told below
  }
  throw new ZkscoreError({
    code: "ZKS_INPUT",
    what: `the state in ${source} can't be read`,
    why: gzip ? "it is compressed (gzip)" : "it is not text",
    remedy: gzip ? "decompress it first (gunzip)" : "give the output of `pulumi stack export`, unchanged",
    safe: "no request was made",
    outcome: "not-executed",
  });
}

function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first !== undefined && first !== 0 && second === 0) return "utf-16le";
  return first === 0 && second !== undefined && second !== 0 ? "utf-16be" : "utf-8";
}
