import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError, lastLines } from "./errors.ts";

/** After this a program that was asked to stop is killed: an apiserver whose etcd is gone would never end by itself. */
const PATIENCE_MS = 2000;

/**
 * Ends everything when the pipe that it reads closes, and it closes however this process ends: done, thrown out, Ctrl+C, kill -9.
 * It is told the process groups to kill, a line each, and the folder to remove, if any.
 */
const WATCHDOG = `trap '' HUP INT TERM
groups=
while read -r group; do groups="$groups $group"; done
for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null
[ -z "$1" ] || { sleep 1; rm -rf "$1"; }`;

/** A program that keeps running. */
export interface Daemon {
  readonly name: string;
  /** Another one after a restart. */
  readonly pid: number;
  /** What it said, both outputs. */
  readonly log: string;
  /** How it ended, such as `code 1`; undefined as long as it runs. */
  ended(): string | undefined;
  /** Asks it to stop, and kills it and what it started when it does not. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Kills it as a machine that is lost would, and starts it again with the same words: on its ports, with the data that it left. */
  restart(): Promise<void>;
}

/** The programs of one lab: each with a log in the lab's folder, stopped in reverse order, and none left behind however this process ends. */
export class Processes {
  /** Keeps what the programs are given and what they write. */
  readonly folder: string;
  readonly #temporary: boolean;
  readonly #daemons: Daemon[] = [];
  readonly #watchdog: ChildProcess;

  /** @param folder Is kept; without one, a temporary folder is made, and removed at the end. */
  constructor(folder?: string) {
    this.#temporary = folder === undefined;
    this.folder = folder ?? mkdtempSync(join(tmpdir(), "rzp-lab-"));
    mkdirSync(this.folder, { recursive: true });
    // A process group of its own: Ctrl+C in a terminal must not reach it.
    this.#watchdog = spawn("sh", ["-c", WATCHDOG, "sh", this.#temporary ? this.folder : ""], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.#watchdog.unref();
    (this.#watchdog.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null)?.unref?.();
  }

  /** Those that were started and not stopped by `stop` here; what ended by itself is among them. */
  get daemons(): readonly Daemon[] {
    return this.#daemons;
  }

  /** Starts a program. It stops with this process, unless `stop` came first; it does not keep this process alive. */
  start(name: string, command: string, words: readonly string[], { environment = process.env, cwd = this.folder }: { environment?: NodeJS.ProcessEnv; cwd?: string } = {}): Daemon {
    const log = join(this.folder, `${name}.log`);
    const launch = (): ChildProcess => {
      const output = openSync(log, "a");
      const child = spawn(command, words, { cwd, env: environment, detached: true, stdio: ["ignore", output, output] });
      closeSync(output);
      if (child.pid !== undefined) this.#watchdog.stdin?.write(`${child.pid}\n`);
      return child;
    };
    // What was stopped must not come back when nobody looks after it any more.
    const daemon: Daemon = daemonOf(name, log, launch, () => this.#daemons.includes(daemon));
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Waits until `check` gives something, for as long as the program runs. */
  async until<T>(daemon: Daemon, what: string, check: () => Promise<T | undefined>, patience = 120_000): Promise<T> {
    const end = performance.now() + patience;
    while (performance.now() < end) {
      const ended = daemon.ended();
      if (ended !== undefined) throw new LabError(`${daemon.name} ended (${ended}) before ${what}. The end of its log:${lastLines(readFileSync(daemon.log, "utf8"))}`);
      const found = await check().catch(() => undefined);
      if (found !== undefined) return found;
      await sleep(100);
    }
    throw new LabError(`${what}: not within ${patience / 1000} s. The end of the log of ${daemon.name}:${lastLines(readFileSync(daemon.log, "utf8"))}`);
  }

  /** Stops all in reverse order, and removes a temporary folder. */
  async stop(): Promise<void> {
    for (const daemon of this.#daemons.splice(0).reverse()) await daemon.stop();
    this.#watchdog.kill("SIGKILL");
    if (this.#temporary) rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function daemonOf(name: string, log: string, launch: () => ChildProcess, mayRun: () => boolean): Daemon {
  let run = runOf(launch());
  return {
    name,
    log,
    get pid() {
      return run.pid;
    },
    ended: () => run.ended(),
    stop: (signal = "SIGTERM") => run.stop(signal),
    restart: async () => {
      await run.stop("SIGKILL");
      if (mayRun()) run = runOf(launch());
    },
  };
}

interface Run {
  pid: number;
  ended: () => string | undefined;
  stop: (signal: NodeJS.Signals) => Promise<void>;
}

function runOf(child: ChildProcess): Run {
  let ended: string | undefined;
  const end = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      ended = error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      ended = signal ?? `code ${code ?? "unknown"}`;
      resolve();
    });
  });
  child.unref();
  const { pid } = child;
  // The whole group: helm and git, which the repo-server starts, are its own.
  const kill = (signal: NodeJS.Signals): void => {
    if (pid === undefined || ended !== undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It ended at this very moment.
    }
  };
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    child.ref();
    kill(signal);
    const killed = setTimeout(kill, PATIENCE_MS, "SIGKILL");
    await end;
    clearTimeout(killed);
  };
  return { pid: pid ?? 0, ended: () => ended, stop };
}

/** A port of the loopback on which nobody listens, below those that the system gives to outgoing connections. */
export async function freePort(): Promise<number> {
  const port = randomInt(12_000, 32_000);
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      resolve(true);
    });
  });
  if (!free) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
