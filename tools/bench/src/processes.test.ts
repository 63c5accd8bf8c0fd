import { describe, expect, it } from "vitest";
import { timed } from "./processes.ts";

const cwd = import.meta.dirname;
const script = (source: string): string[] => [process.execPath, "-e", source];
const { signal } = new AbortController();

describe("timed", () => {
  it("hands over what the process printed, and the folder for compiled code", async () => {
    const { stdout } = await timed(script("console.log(process.env.NODE_COMPILE_CACHE)"), { cwd, signal, compiled: "/nowhere" });
    expect(stdout).toBe("/nowhere\n");
  });

  it("says what went wrong in a process that fails", async () => {
    await expect(timed(script("console.error('no luck'); process.exit(3)"), { cwd, signal })).rejects.toThrow(/ended with 3:\nno luck$/);
    await expect(timed(script("process.kill(process.pid, 'SIGKILL')"), { cwd, signal })).rejects.toThrow(/ended with SIGKILL/);
    await expect(timed(["/no/such/command"], { cwd, signal })).rejects.toThrow(/ENOENT/);
  });

  it("ends with its signal, and starts nothing after it", async () => {
    const stop = new AbortController();
    const running = timed(script("setInterval(() => undefined, 1000)"), { cwd, signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toThrow(/aborted/);
    await expect(timed(script(""), { cwd, signal: stop.signal })).rejects.toThrow(/aborted/);
  });
});
