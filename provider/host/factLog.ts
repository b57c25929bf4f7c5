import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Fact, type FactLog, fact } from "../stack/facts.ts";

const DAY_MS = 86_400_000;

const header = z.object({ v: z.literal(1), engine: z.string(), ancestors: z.array(z.string()) });

/**
 * Shares what this process learns with the other provider processes of the same engine run. Each process appends to a
 * file of its own, readable by this user only, in the engine's folder; the file says which engine it belongs to: its
 * address and the processes that started this one. A file that says anything else, or can't be read, counts as none.
 *
 * Not guaranteed: that a folder can be used or ancestors be told (no /proc and no `ps`). Then a process knows what it
 * has seen itself, and a `create` that would need more refuses.
 */
export function openFactLog(engine: string | undefined): FactLog {
  const all = engine === undefined ? undefined : privateFolder();
  const ancestors = all === undefined ? [] : ancestorsOf(process.ppid, 2);
  if (engine === undefined || all === undefined || ancestors.length === 0) return { append: () => {}, fresh: () => [] };
  // Of one engine: each handler lists it, and what the runs of a day leave would cost each of them milliseconds.
  const folder = join(all, createHash("sha256").update(engine).digest("hex").slice(0, 16));
  const own = `${process.pid}.jsonl`;
  if (makeFolder(folder)) removeOld(all);
  const ours = (given: unknown): boolean => {
    const parsed = header.safeParse(given);
    return (
      parsed.success && parsed.data.engine === engine && parsed.data.ancestors.some((one) => ancestors.includes(one))
    );
  };
  const readers = new Map<string, Reader>();
  let out: number | undefined;
  let broken = false;

  return {
    append(told) {
      if (broken) return;
      try {
        out ??= openOwn(join(folder, own), `${JSON.stringify({ v: 1, engine, ancestors })}\n`);
        writeSync(out, `${JSON.stringify(told)}\n`);
      } catch {
        broken = true; // a full disk, say: what the others can't read they don't know, and refuse
      }
    },
    fresh() {
      const facts: Fact[] = [];
      for (const name of namesIn(folder)) {
        if (name === own) continue;
        const reader = readers.get(name) ?? { offset: 0, rest: "", foreign: false, begun: false };
        readers.set(name, reader);
        if (reader.foreign) continue;
        for (const line of newLines(join(folder, name), reader)) {
          const value = parsed(line);
          if (!reader.begun) {
            reader.begun = true;
            if (ours(value)) continue;
            reader.foreign = true;
            break;
          }
          const told = fact.safeParse(value);
          if (told.success) facts.push(told.data);
        }
      }
      return facts;
    },
  };
}

interface Reader {
  offset: number;
  /** Begin of a line whose end isn't written yet. */
  rest: string;
  begun: boolean;
  foreign: boolean;
}

/** A folder that only this user can enter, or none. */
function privateFolder(): string | undefined {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  const folder = join(process.env["XDG_RUNTIME_DIR"] || tmpdir(), `pulumi-zkscore-${uid}`);
  makeFolder(folder);
  try {
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it was made now; where not, it exists or can't be made. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch {
    return false;
  }
}

function openOwn(path: string, first: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  writeSync(file, first);
  process.once("exit", () => unlinkQuietly(path));
  return file;
}

/** Lines that came since the last look; the begin of an unfinished one is kept. */
function newLines(path: string, reader: Reader): string[] {
  let file: number | undefined;
  try {
    if (statSync(path).size <= reader.offset) return [];
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = fstatSync(file);
    if (!found.isFile() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
      reader.foreign = true;
      return [];
    }
    const chunk = Buffer.alloc(found.size - reader.offset);
    const count = readSync(file, chunk, 0, chunk.length, reader.offset);
    reader.offset += count;
    const lines = (reader.rest + chunk.toString("latin1", 0, count)).split("\n");
    reader.rest = lines.pop() ?? "";
    return lines.map((line) => Buffer.from(line, "latin1").toString("utf8"));
  } catch {
    return [];
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The processes above this one, `pid@start`: an id that a later process with the same number doesn't have. */
function ancestorsOf(pid: number, count: number): string[] {
  const found: string[] = [];
  for (let next = pid; found.length < count && next >= 1; ) {
    const about = processOf(next);
    if (about === undefined) break;
    found.push(`${next}@${about.start}`);
    next = about.parent;
  }
  return found;
}

function processOf(pid: number): { parent: number; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in brackets, may hold anything: the fields after the last bracket are state, parent, … and, 22nd, the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), start: fields[19] ?? "" };
  } catch {
    // Not Linux.
  }
  try {
    const columns = ["-o", "ppid=,lstart=", "-p", String(pid)];
    const answer = execFileSync("ps", columns, { encoding: "utf8", timeout: 2_000, stdio: "pipe" });
    const [parent = "", ...start] = answer.trim().split(/\s+/);
    return { parent: Number(parent), start: start.join(" ") };
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What runs that ended a day ago have left: killed processes don't remove theirs. */
function removeOld(all: string): void {
  for (const name of namesIn(all)) {
    const path = join(all, name);
    try {
      if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else removed it.
    }
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already.
  }
}
