import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Stops processes where they stand, or lets them go on. */
export function signal(pids: readonly number[], what: "SIGSTOP" | "SIGCONT"): void {
  for (const pid of pids) {
    try {
      process.kill(pid, what);
    } catch {
      // It has ended meanwhile.
    }
  }
}

interface Socket {
  local: number;
  remote: number;
  state: string;
  unread: number;
  inode: string;
}

/**
 * True once an answer of `server` lies unread at `client`: bytes in the kernel's buffer of a connection that `client`
 * has to a port on which `server` listens. For a stopped client it is the sign that the server has replied. Linux only.
 */
export function replyWaits(client: number, server: number): boolean {
  const sockets = ["tcp", "tcp6"].flatMap(readSockets);
  const own = inodes(server);
  const ports = new Set(sockets.filter((one) => one.state === LISTEN && own.has(one.inode)).map((one) => one.local));
  const theirs = inodes(client);
  return sockets.some((one) => theirs.has(one.inode) && ports.has(one.remote) && one.unread > 0);
}

/**
 * True if the process has a connection to that port. The engine starts provider processes that it never asks anything:
 * those haven't loaded this package and can't end themselves.
 */
export function isConnected(pid: number, port: number): boolean {
  const own = inodes(pid);
  return ["tcp", "tcp6"].flatMap(readSockets).some((one) => own.has(one.inode) && one.remote === port);
}

const LISTEN = "0A";

function readSockets(table: string): Socket[] {
  return readFileSync(`/proc/net/${table}`, "latin1")
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, state, queues, , , , , inode] = line.trim().split(/\s+/);
      if (local === undefined || remote === undefined || queues === undefined || inode === undefined) return [];
      const port = (address: string) => Number.parseInt(address.split(":")[1] ?? "", 16);
      const unread = Number.parseInt(queues.split(":")[1] ?? "", 16);
      return [{ local: port(local), remote: port(remote), state: state ?? "", unread, inode }];
    });
}

function inodes(pid: number): Set<string> {
  const found = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) found.add(inode);
    }
  } catch {
    // It has ended, or closed one meanwhile: asked again by whoever waits.
  }
  return found;
}
