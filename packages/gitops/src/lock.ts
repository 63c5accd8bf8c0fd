import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Files } from "./files.ts";
import { GitTreeError } from "./error.ts";

/**
 * Takes the lock, and gives the function that lets go of it. One holder at a time; the lock of a process that has died is taken over.
 *
 * The lock is a symbolic link whose target says who holds it: a link is made in one step with its content, so no kill leaves it half written.
 */
export function lock(path: string, fs: Files): () => void {
  const own = holderName();
  try {
    fs.symlinkSync(own, path);
  } catch (error) {
    if (!isExisting(error)) throw error;
    takeOver(path, own, fs);
  }
  return () => {
    if (!letGo(path, own, fs)) letGo(path, own, fs);
  };
}

/** The work is done when this is called, so a failure is no reason to call it failed: the lock of a process that has ended counts for nothing. */
function letGo(path: string, own: string, fs: Files): boolean {
  try {
    if (holder(path, fs) === own) fs.unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Throws when a living process holds the lock. */
export function refuseLocked(path: string, fs: Files): void {
  const current = holder(path, fs);
  if (current !== undefined && isAlive(current, fs)) throw busy(path, current);
}

/** Only who holds the lock on a dead lock may remove it, so that two heirs never both do; that lock is one like any other. */
function takeOver(path: string, own: string, fs: Files): void {
  const dead = holder(path, fs);
  if (dead !== undefined && isAlive(dead, fs)) throw busy(path, dead);
  const release = lock(`${path}-${createHash("sha256").update(dead ?? "").digest("hex").slice(0, 8)}`, fs);
  try {
    const current = holder(path, fs);
    if (current !== undefined && current !== dead) throw busy(path, current);
    if (current !== undefined) fs.unlinkSync(path);
    fs.symlinkSync(own, path);
  } finally {
    release();
  }
}

function busy(path: string, current: string): GitTreeError {
  const [pid, , host] = current.split(":");
  const where = host === hostname() ? "" : ` on ${host ?? "another machine"}; if it is gone, remove the file`;
  return new GitTreeError([{ source: "", path, message: `another render is running (process ${pid ?? "?"}${where}). Wait for it` }]);
}

function holder(path: string, fs: Files): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Process, when it started (process numbers come back), machine, and a word of its own. */
function holderName(): string {
  return [process.pid, startOf(process.pid), hostname(), randomUUID().slice(0, 8)].join(":");
}

function isAlive(name: string, fs: Files): boolean {
  const [pid = "", start, host] = name.split(":");
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return start === startOf(Number(pid), fs);
}

/** When a process started, in the kernel's ticks; empty where there is no /proc. */
function startOf(pid: number, fs: Pick<Files, "readFileSync"> = process.getBuiltinModule("node:fs")): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
