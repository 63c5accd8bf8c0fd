import type { ServiceOverride } from "@rzp/workload/manifests";
import { loadStack, type Stack } from "./config.ts";

type Node = Readonly<Record<string, unknown>>;

/** This homelab's own stack with every service switched on: tests hold for what is declared, whatever its owner runs tonight. */
export function wholeStack(): Stack {
  const stack = loadStack("production");
  const whole = { ...stack, core: switchedOn(stack.core), platform: switchedOn(stack.platform), apps: switchedOn(stack.apps) };
  // Its image is this repository's own, and nobody has built it here.
  return withChange(whole, "apps/dev-tools/catalog", { enabled: false });
}

/** The stack with one more change to a service, such as `apps/media/streaming/plex`; what it says of others stays. */
export function withChange(stack: Stack, service: string, change: ServiceOverride): Stack {
  const [layer = "", ...folders] = service.split("/");
  return { ...stack, [layer]: merged(stack[layer as "core" | "platform" | "apps"], folders, change) };
}

function switchedOn(node: Node): Node {
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "enabled")
      .map(([key, value]) => [key, typeof value === "object" && value !== null && !Array.isArray(value) ? switchedOn(value as Node) : value]),
  );
}

function merged(node: Node, [first, ...rest]: readonly string[], change: ServiceOverride): Node {
  if (first === undefined) return { ...node, ...change };
  return { ...node, [first]: merged((node[first] ?? {}) as Node, rest, change) };
}
