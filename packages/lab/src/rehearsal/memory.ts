import { readFileSync } from "node:fs";

/** The most memory that programs ever held, in MiB by name, as the kernel counted it; empty where it does not say (anything but Linux). */
export function peakMemory(daemons: readonly { name: string; pid: number }[]): Record<string, number> {
  return Object.fromEntries(
    daemons.flatMap(({ name, pid }) => {
      const peak = peakOf(pid);
      return peak === undefined ? [] : [[name, peak] as const];
    }),
  );
}

function peakOf(pid: number): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
  } catch {
    return undefined;
  }
}
