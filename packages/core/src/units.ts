import parse from "parse-duration";

/** A Kubernetes quantity of bytes with a binary unit, such as `32Gi`. */
export type Bytes = `${number}${"Ki" | "Mi" | "Gi" | "Ti"}`;

/** A Kubernetes quantity of CPU: cores (`2`, `0.5`) or thousandths of one (`100m`). */
export type Cpu = `${number}` | `${number}m`;

/** A duration as Go, and so Kubernetes, Argo CD and Talos, writes it: `30s`, `720h`, `1h30m`. */
export type Duration = string;

const UNITS = { "": 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;

/** Bytes in a quantity, or undefined when it is none. Only binary units are known: decimal ones hide a difference of 7 %. */
export function parseBytes(quantity: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|)$/.exec(quantity);
  if (match === null) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/** Cores in a quantity of CPU, or undefined when it is none. */
export function parseCpu(quantity: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity);
  if (match === null) return undefined;
  return match[2] === "m" ? Number(match[1]) / 1000 : Number(match[1]);
}

/** Milliseconds in a Go duration, or undefined when it is none. */
export function parseDuration(duration: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(duration)) return undefined;
  return parse(duration) ?? undefined;
}
