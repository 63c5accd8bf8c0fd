import { refusal, refuseUnknown, type Refuse } from "@rzp/core";
import { helmWorkload, type Declaration, type HelmWorkloadArgs, type ServiceId } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";

/** Every argument of a chart beyond those that all take: one that is missing here, or optional here and required there, does not compile. */
type OwnArgs<A> = { readonly [K in Exclude<keyof A, keyof ChartArgs>]-?: undefined extends A[K] ? "optional" : "required" };

const COMMON: Readonly<Record<keyof ChartArgs, "required" | "optional">> = { version: "required", purpose: "optional", needs: "optional", talksTo: "optional", exposure: "optional" };

/** Where a chart was placed. */
interface Place {
  /** Refuses an argument by the service's name. */
  refuse: Refuse;
  /** Absolute key of the secret store in the service's own folder, for a Secret whose keys the chart has named. */
  own: (key: string) => string;
}

/**
 * Declares a chart that knows its arguments. They are looked at before anything is made of them: JavaScript drops a misspelt one without a word, and falls
 * over one that is missing.
 */
export function chart<A extends ChartArgs>(component: string, args: A, own: OwnArgs<A>, make: (args: A, place: Place) => HelmWorkloadArgs): Declaration {
  const declared = (id: ServiceId): Declaration => {
    const refuse = refusal(component, id.name);
    checkArgs(refuse, args, { ...COMMON, ...own });
    return helmWorkload(make(args, { refuse, own: (key) => `/${id.category}/${id.name}/${key}` }));
  };
  return {
    facts: (id) => declared(id).facts(id),
    manifests: (id, context) => declared(id).manifests(id, context),
    delivery: (id, context) => declared(id).delivery?.(id, context) ?? { charts: [] },
    override: (id, changes) => declared(id).override(id, changes),
  };
}

function checkArgs(refuse: Refuse, args: ChartArgs, known: Readonly<Record<string, "required" | "optional">>): void {
  refuseUnknown(refuse, args, Object.fromEntries(Object.keys(known).map((name) => [name, true])));
  const given = new Map<string, unknown>(Object.entries(args));
  for (const [name, how] of Object.entries(known)) if (how === "required" && given.get(name) === undefined) refuse(name, "is missing");
}
