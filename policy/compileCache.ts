import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";

/**
 * Keeps the compiled form of the SDK's modules, which are two thirds of the pack's start, beside the package. Not in the
 * system's temporary folder, Node's default: code that another user could have put there must not judge keys. Where the
 * folder can't be written the pack starts without. Imported first: it only serves modules that are loaded after it.
 */
enableCompileCache(join(__dirname, "..", "..", ".zkscore", "compile-cache"));

// The engine ends the pack with a signal, so the cache is written as soon as everything is loaded, not at exit.
setImmediate(flushCompileCache);
