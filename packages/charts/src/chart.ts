import { refusal, refuseUnknown, type Bytes, type Cpu, type Refuse } from "@rzp/core";
import { helmWorkload, type Declaration, type HelmWorkloadArgs, type ServiceId } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";

/** Every field of a type: one that is missing here, or optional here and required there, does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? "optional" : "required" };

const COMMON: Fields<ChartArgs> = { version: "required", purpose: "optional", needs: "optional", talksTo: "optional", exposure: "optional" };

/** Where a chart was placed. */
interface Place {
  /** Name of the service. */
  name: string;
  /** Refuses an argument by the service's name. */
  refuse: Refuse;
  /** Absolute key of the secret store in the service's own folder, for a Secret whose keys the chart has named. */
  own: (key: string) => string;
}

/**
 * Declares a chart that knows its arguments. They are looked at before anything is made of them: JavaScript drops a misspelt one without a word, and falls
 * over one that is missing.
 */
export function chart<A extends ChartArgs>(component: string, args: A, own: Fields<Omit<A, keyof ChartArgs>>, make: (args: A, place: Place) => HelmWorkloadArgs): Declaration {
  const declared = (id: ServiceId): Declaration => {
    const refuse = refusal(component, id.name);
    checkFields(refuse, args, { ...COMMON, ...own });
    return helmWorkload(make(args, { name: id.name, refuse, own: (key) => `/${id.category}/${id.name}/${key}` }));
  };
  return {
    facts: (id) => declared(id).facts(id),
    manifests: (id, context) => declared(id).manifests(id, context),
    delivery: (id, context) => declared(id).delivery?.(id, context) ?? { charts: [] },
    override: (id, changes) => declared(id).override(id, changes),
  };
}

/** Refuses a field that nobody knows, and the lack of one that is required; further down, `path` says where. Where Node runs the sources nobody has asked TypeScript. */
export function checkFields(refuse: Refuse, value: unknown, fields: Readonly<Record<string, "required" | "optional">>, path = ""): void {
  if (typeof value !== "object" || value === null) return refuse(path, `is ${JSON.stringify(value)}`, `Write { ${Object.keys(fields).join(", ")} }.`);
  refuseUnknown(refuse, value, Object.fromEntries(Object.keys(fields).map((name) => [name, true])), path);
  const given = new Map<string, unknown>(Object.entries(value));
  for (const [name, how] of Object.entries(fields)) if (how === "required" && given.get(name) === undefined) refuse(path === "" ? name : `${path}.${name}`, "is missing");
}

/** Refuses what counts nothing. */
export function checkCount(refuse: Refuse, count: number, path: string): void {
  if (!Number.isInteger(count) || count < 1) refuse(path, `is ${count}`, "Use a whole number of at least 1.");
}

/** What a container asks for, and the memory at which it is killed. CPU has no limit, which would only throttle an idle machine. */
export function asks(cpu: Cpu, memory: Bytes, limit: Bytes): { requests: { cpu: Cpu; memory: Bytes }; limits: { memory: Bytes } } {
  return { requests: { cpu, memory }, limits: { memory: limit } };
}

/** What a container of a restricted pod is asked to be, where a chart's own context lacks a part of it. */
export const HARDENED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true };
