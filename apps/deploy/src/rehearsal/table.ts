import { markdownTable } from "markdown-table";
import type { MachinePlane } from "./machine-plane.ts";

/** What a rehearsal of the machine plane says of itself: who ran, what each step came to, and what was made by which calls. The same from the engine and from the monitor. */
export function machinePlaneReport({ ranBy, steps, table }: Pick<MachinePlane, "ranBy" | "steps" | "table">): string {
  const slowest = table.toSorted((a, b) => b.seconds - a.seconds);
  return [
    "## Machine plane",
    ranBy === "pulumi"
      ? "Run by the real engine with the real providers, against stand-ins of the vendors. Seconds are whole, as in the engine's log."
      : "Run by the recording monitor, with makers of the lab in place of the providers: each resource is made once, and nothing is compared, changed or deleted. The real engine does more.",
    markdownTable([["step", "outcome", "seconds"], ...steps.map(({ name, outcome, seconds }) => [name, outcome, seconds.toFixed(1)])]),
    markdownTable([["type", "name", "called", "seconds"], ...slowest.map(({ type, name, called, seconds }) => [type, name, called.join("; ") || "nobody", seconds.toFixed(1)])]),
    "",
  ].join("\n\n");
}
