import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCommand } from "../engine/command.ts";
import { succeed } from "../engine/stack.ts";
import type { Opened } from "./backend.ts";
import { gateTo } from "./gate.ts";
import { freePort, startServer } from "./server.ts";

/** A PostgreSQL server of its own, with a user that has a password. `.ci/backends` installs the programs. */
export async function postgresBackend(): Promise<Opened> {
  const programs = programsFolder();
  if (programs === undefined) return { missing: "no PostgreSQL here: `.ci/backends` installs it" };
  const folder = mkdtempSync(join(tmpdir(), "zkscore-postgres-"));
  const password = randomBytes(12).toString("hex");
  const user = whoRuns();
  const own = { cwd: folder, env: { PATH: process.env["PATH"] }, ...(user && { user }) };
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  if (user !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const data = join(folder, "data");
  const init = [
    "-D",
    data,
    "-U",
    "pulumi",
    "-A",
    "scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--no-sync",
    "-E",
    "UTF8",
  ];
  await succeed(startCommand(join(programs, "initdb"), init, { ...own, timeoutMs: 120_000 }).done);
  const port = await freePort();
  const server = await startServer(
    [join(programs, "postgres"), "-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off"],
    { ...own, ready: "ready to accept connections" },
  );
  const gate = await gateTo(port);
  const query = (sql: string) => {
    const to = ["-h", "127.0.0.1", "-p", String(port), "-U", "pulumi", "postgres", "-XAt", "-c", sql];
    const env = { ...own.env, PGPASSWORD: password };
    return execFileSync(join(programs, "psql"), to, { env, encoding: "utf8", maxBuffer: 2 ** 28 });
  };
  return {
    env: {
      PULUMI_BACKEND_URL: `postgres://pulumi@127.0.0.1:${gate.port}/postgres?sslmode=disable`,
      PGPASSWORD: password,
    },
    gate,
    stored: async () => decoded(query("select coalesce(json_object_agg(key, data), '{}') from pulumi_state")),
    close: async () => {
      await gate.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Rows as they are, and what their base64 holds. */
function decoded(json: string): Map<string, string> {
  // The engine's own table: `{ data: base64 }` by key.
  const rows = Object.entries(JSON.parse(json) as Record<string, { data: string }>);
  return new Map(
    rows.map(([key, { data }]) => [key, `${key}\n${data}\n${Buffer.from(data, "base64").toString("utf8")}`]),
  );
}

/** Where `initdb`, `postgres` and `psql` lie: Debian keeps the first two off the PATH. */
function programsFolder(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((one) => join(debian, one, "bin")), ...(process.env["PATH"] ?? "").split(":")];
  return folders.find((folder) => ["initdb", "postgres", "psql"].every((name) => existsSync(join(folder, name))));
}

/** PostgreSQL doesn't run as root. */
function whoRuns(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (what: string) => Number(execFileSync("id", [what, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
