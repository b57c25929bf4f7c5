import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";
import type { Dispatcher } from "undici";

/** A body as text, or what is wrong with it. Both undefined: it broke off (errors only). */
export interface Body {
  /** `""` is an empty body. */
  text: string | undefined;
  /** Why there is no text. Never the server's words. */
  unreadable?: string;
}

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const deflated: Decoder = (bytes, options) =>
  // RFC 9110, 8.4.1.2: some send it without the zlib frame.
  promisify(inflate)(bytes, options).catch(() => promisify(inflateRaw)(bytes, options));

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: deflated,
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** More layers than this is an attack, not a proxy. */
const LAYERS_MAX = 3;

/**
 * Reads a whole body. One that is compressed, though nobody asked (some proxies do it to everything), is decoded; `cap`
 * bounds what came as well as what becomes of it.
 */
export async function readBody(
  body: Dispatcher.ResponseData["body"],
  cap: number,
  contentEncoding: string | undefined,
): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > cap) {
      body.destroy();
      return tooLarge(cap);
    }
    chunks.push(chunk);
  }
  const bytes = await decompress(Buffer.concat(chunks), cap, contentEncoding);
  if (!Buffer.isBuffer(bytes)) return bytes;
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { text: undefined, unreadable: "the body is not UTF-8" };
  }
}

async function decompress(bytes: Buffer, cap: number, contentEncoding = ""): Promise<Buffer | Body> {
  const layers = contentEncoding
    .toLowerCase()
    .split(",")
    .map((layer) => layer.trim())
    .filter((layer) => layer !== "" && layer !== "identity");
  if (layers.length > LAYERS_MAX) return { text: undefined, unreadable: "the body is encoded too many times" };
  let decoded = bytes;
  for (const layer of layers.reverse()) {
    const decoder = Object.hasOwn(DECODERS, layer) ? DECODERS[layer] : undefined;
    if (decoder === undefined) return { text: undefined, unreadable: "the body has an encoding that nobody asked for" };
    // An empty body has nothing to decode, whatever its header says.
    if (decoded.length === 0) continue;
    try {
      decoded = await decoder(decoded, { maxOutputLength: cap });
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return tooLarge(cap);
      return { text: undefined, unreadable: `the body isn't the ${layer} that its header says, or is cut` };
    }
  }
  return decoded;
}

function tooLarge(cap: number): Body {
  const shown = cap >= 1024 * 1024 ? `${cap / 1024 / 1024} MB` : `${cap / 1024} KB`;
  return { text: undefined, unreadable: `the body is larger than ${shown}` };
}
