import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { credentials } from "../../emulator/credentials.ts";
import { startEmulator } from "../../emulator/index.ts";

let folder: string;
let mask: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zkscore-shared-"));
  chmodSync(folder, 0o777);
  mask = process.umask(0);
});
afterEach(() => {
  process.umask(mask);
  rmSync(folder, { recursive: true });
});

const modes = () => readdirSync(folder).map((file) => [file, (statSync(join(folder, file)).mode & 0o777).toString(8)]);

test("in a folder that others may enter, also where the files were there already", async () => {
  for (const file of ["emulator.db", "credentials.json"]) {
    writeFileSync(
      join(folder, file),
      file === "emulator.db" ? "" : JSON.stringify({ token: "t", operatorToken: "o" }),
      { mode: 0o666 },
    );
  }
  credentials(folder, {});
  const emulator = await startEmulator({ dataDir: folder });
  expect(modes().map(([file]) => file)).toContain("emulator.db-wal");
  expect(modes().filter(([, mode]) => mode !== "600")).toEqual([]);
  await emulator.close();
});

test("a link in the file's place isn't followed", async () => {
  const elsewhere = join(folder, "elsewhere");
  symlinkSync(elsewhere, join(folder, "emulator.db"));
  await expect(startEmulator({ dataDir: folder })).rejects.toThrow();
  expect(readdirSync(folder)).not.toContain("elsewhere");
});
