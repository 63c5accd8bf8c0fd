import { execa } from "execa";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { freePort, Processes, type Daemon } from "./processes.ts";

const script = (processes: Processes, name: string, text: string): Daemon => processes.start(name, "sh", ["-c", text]);

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const gone = async (pid: number): Promise<void> => {
  while (runs(pid)) await sleep(20);
};

describe("Processes", () => {
  it("stops in reverse order, and removes its temporary folder", async () => {
    const processes = new Processes();
    const order = join(mkdtempSync(join(tmpdir(), "rzp-order-")), "order");
    const daemons = ["etcd", "apiserver", "scheduler"].map((name) => script(processes, name, `trap 'echo ${name} >> ${order}; exit' TERM; echo up; while :; do sleep 0.05; done`));
    for (const daemon of daemons) await processes.until(daemon, "it was up", () => Promise.resolve(readFileSync(daemon.log, "utf8") === "up\n" ? true : undefined));
    await processes.stop();
    expect(readFileSync(order, "utf8")).toBe("scheduler\napiserver\netcd\n");
    expect([existsSync(processes.folder), ...daemons.map(({ pid }) => runs(pid))]).toEqual([false, false, false, false]);
    rmSync(join(order, ".."), { recursive: true });
  });

  it("kills what does not stop, with what that started", async () => {
    const processes = new Processes();
    const daemon = script(processes, "stubborn", "trap '' TERM; sleep 600 & echo $!; while :; do sleep 600; done");
    const child = await processes.until(daemon, "it named its child", () => Promise.resolve(/^\d+\n/.exec(readFileSync(daemon.log, "utf8"))?.[0]));
    await processes.stop();
    await gone(Number(child));
    expect(daemon.ended()).toBe("SIGKILL");
  });

  it("says how a program ended, and what it said last", async () => {
    const processes = new Processes();
    const daemon = script(processes, "etcd", "echo no space left; exit 3");
    await expect(processes.until(daemon, "it was ready", () => Promise.resolve(undefined))).rejects.toThrow("etcd ended (code 3) before it was ready. The end of its log:\n  no space left");
    await processes.stop();
  });

  it("says so when a program is not there", async () => {
    const processes = new Processes();
    const daemon = processes.start("etcd", join(processes.folder, "none"), []);
    await expect(processes.until(daemon, "it was ready", () => Promise.resolve(undefined))).rejects.toThrow(/etcd ended \(spawn .*none ENOENT\) before it was ready/);
    await processes.stop();
  });

  it("stops waiting when it takes too long", async () => {
    const processes = new Processes();
    const daemon = script(processes, "etcd", "echo busy; sleep 600");
    const said = (): Promise<undefined> => Promise.reject(new Error("nobody listens"));
    await expect(processes.until(daemon, "etcd was ready", said, 300)).rejects.toThrow("etcd was ready: not within 0.3 s. The end of the log of etcd:\n  busy");
    await processes.stop();
  });

  it("keeps a folder that it was given", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rzp-kept-"));
    const processes = new Processes(folder);
    const daemon = script(processes, "etcd", "echo hello; sleep 600");
    await processes.until(daemon, "it spoke", () => Promise.resolve(readFileSync(daemon.log, "utf8") === "" ? undefined : true));
    await processes.stop();
    expect(readFileSync(join(folder, "etcd.log"), "utf8")).toBe("hello\n");
    rmSync(folder, { recursive: true });
  });

  it.each(["SIGINT", "SIGKILL"] as const)("leaves nothing behind when its own process ends by %s", async (signal) => {
    const program = `
      import { Processes } from ${JSON.stringify(join(import.meta.dirname, "processes.ts"))};
      const processes = new Processes();
      const daemon = processes.start("etcd", "sh", ["-c", "trap '' INT TERM; sleep 600"]);
      console.log(JSON.stringify({ pid: daemon.pid, folder: processes.folder }));
      setInterval(() => {}, 1000);`;
    const child = execa(process.execPath, ["--input-type=module-typescript", "--eval", program], { reject: false });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { pid, folder } = JSON.parse(line.toString()) as { pid: number; folder: string };
    expect([runs(pid), existsSync(folder)]).toEqual([true, true]);
    child.kill(signal);
    await child;
    await gone(pid);
    while (existsSync(folder)) await sleep(20);
    expect([runs(pid), existsSync(folder)]).toEqual([false, false]);
  });
});

describe("freePort", () => {
  it("gives a port on which one can listen, below those of outgoing connections", async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    expect(port).toBeLessThan(32_768);
    await new Promise((resolve) => server.close(resolve));
  });
});
