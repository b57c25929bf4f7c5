import "./compileCache.ts";
import { ZkscoreGuard } from "./policies.ts";

// The entry of `--policy-pack policy`. Constructing the pack starts its server, so nothing else may import this file.
new ZkscoreGuard();
