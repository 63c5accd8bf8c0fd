import { matchesGlob } from "node:path";
import { didYouMean } from "@rzp/core";
import { parse } from "yaml";
import { z } from "zod";
import { LabError } from "../errors.ts";

const ACTIONS = ["delay", "status", "cut", "task"] as const;

const SHAPE = z.strictObject({
  // Calls that it hits: a method, where "*" is any, and a path as a glob.
  on: z.string().regex(/^([A-Z]+|\*) \/\S*$/, 'must be a method and a path, such as "POST /nodes/*/qemu" or "* /**"').default("* /**"),
  /** The first of those calls that fails, counted from 1. */
  nth: z.int().min(1).default(1),
  /** How many fail, one after the other; without it, all from then on. */
  times: z.int().min(1).optional(),
  /** Milliseconds that the call waits, whatever else happens to it. */
  delay: z.int().min(0).optional(),
  /** The call is not made, and is answered with this status in the vendor's own shape. */
  status: z.int().min(400).max(599).optional(),
  /** The vendor's own number of an error, where it has such. */
  code: z.int().optional(),
  message: z.string().optional(),
  /** The connection is cut: before the call is made, or after it was made, so that nobody hears of it. */
  cut: z.enum(["before", "after"]).optional(),
  /** The call is accepted, and the task that it starts fails with these words. */
  task: z.string().optional(),
}).refine((fault) => ACTIONS.some((action) => fault[action] !== undefined), `says nothing that goes wrong; give one of ${ACTIONS.join(", ")}`);

/** What goes wrong, and when. */
export type Fault = z.input<typeof SHAPE>;
export type CheckedFault = z.output<typeof SHAPE>;

/** Faults of one stand-in, each with its own count of the calls that it has seen. */
export class Faults {
  readonly #named: Readonly<Record<string, Fault>>;
  #planned: { fault: CheckedFault; seen: number }[] = [];

  /** @param named The vendor's usual ones, which can be given by name. */
  constructor(named: Readonly<Record<string, Fault>>, initial: readonly (Fault | string)[] = []) {
    this.#named = named;
    for (const fault of initial) this.add(fault);
  }

  /** @param fault A name, or YAML or JSON, or the thing itself. */
  add(fault: unknown): void {
    this.#planned.push({ fault: this.#read(fault), seen: 0 });
  }

  clear(): void {
    this.#planned = [];
  }

  get list(): readonly (CheckedFault & { seen: number })[] {
    return this.#planned.map(({ fault, seen }) => ({ ...fault, seen }));
  }

  /** Counts a call, and gives the first fault that hits it. */
  hit(method: string, path: string): CheckedFault | undefined {
    const matching = this.#planned.filter(({ fault }) => matches(fault.on, method, path));
    for (const planned of matching) planned.seen += 1;
    return matching.find(({ fault: { nth, times = Infinity }, seen }) => seen >= nth && seen < nth + times)?.fault;
  }

  #read(given: unknown): CheckedFault {
    if (typeof given === "string" && /^[\w-]+$/.test(given)) {
      const named = this.#named[given];
      if (named === undefined) throw new LabError(`There is no fault "${given}". ${didYouMean(given, Object.keys(this.#named))} Or describe one: {on: POST /**, status: 500, times: 1}.`);
      return SHAPE.parse(named);
    }
    const { success, data, error } = SHAPE.safeParse(typeof given === "string" ? fromText(given) : given);
    if (!success) throw new LabError(`Fault ${typeof given === "string" ? given : JSON.stringify(given)}: ${error.issues.map(issueInWords).join("; ")}.`);
    return data;
  }
}

function matches(on: string, method: string, path: string): boolean {
  const [wanted, glob = ""] = on.split(" ");
  return (wanted === "*" || wanted === method) && matchesGlob(path, glob);
}

function fromText(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new LabError(`Fault ${text}: is neither YAML nor JSON (${(error as Error).message.split("\n")[0] ?? ""}). Write it as {on: POST /**, status: 500, times: 1}.`);
  }
}

function issueInWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${key} is no part of a fault. ${didYouMean(key, Object.keys(SHAPE.shape))}`).join(" ");
  return `${issue.path.join(".") || "it"}: ${issue.message}`;
}
