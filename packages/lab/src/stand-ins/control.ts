import { LabError } from "../errors.ts";
import type { Faults } from "./faults.ts";
import { Refusal } from "./refusal.ts";
import type { LoggedCall, Route } from "./server.ts";

/** Where a stand-in is told to fail and asked what it was asked; no vendor has anything there. */
const CONTROL = "/rzp-lab";

export function isControl(path: string): boolean {
  return path.startsWith(`${CONTROL}/`);
}

/** `faults` (GET, POST one, DELETE all) and `calls` (GET, DELETE all), for anybody on the loopback. */
export function controlRoutes(faults: Faults, calls: LoggedCall[]): Route[] {
  const route = (method: "GET" | "POST" | "DELETE", name: string, act: (body: unknown) => unknown): Route => ({ method, path: `${CONTROL}/${name}`, open: true, handle: ({ body }) => ({ body: act(body) }) });
  return [
    route("GET", "faults", () => faults.list),
    route("POST", "faults", (body) => added(faults, body)),
    route("DELETE", "faults", () => {
      faults.clear();
      return faults.list;
    }),
    route("GET", "calls", () => calls),
    route("DELETE", "calls", () => calls.splice(0)),
  ];
}

function added(faults: Faults, fault: unknown): Faults["list"] {
  try {
    faults.add(fault);
  } catch (error) {
    throw error instanceof LabError ? new Refusal(400, error.message) : error;
  }
  return faults.list;
}
