import type { RecordedValue } from "./values.ts";

/** Who makes a resource. */
export interface ProviderUse {
  /** Package of the provider, such as `kubernetes`. */
  package: string;
  urn: string;
  name: string;
  /** Version of the SDK that asked for it; empty when it did not say. */
  version: string;
  /** True for the provider that the engine makes by itself where the program names none. */
  default: boolean;
}

/** One resource as the engine would be asked for it. Lists are empty and flags false where nothing was said. */
export interface RecordedResource {
  urn: string;
  type: string;
  name: string;
  /** URN of the parent; undefined for the stack alone. */
  parent: string | undefined;
  /** True for what a provider makes, false for a component. */
  custom: boolean;
  /** True for what is read and not made: `Resource.get`, stack references. */
  read: boolean;
  /** Undefined for components and for providers themselves. */
  provider: ProviderUse | undefined;
  /** Providers that a component hands to its children: package to URN. */
  providers: Record<string, string>;
  inputs: Record<string, RecordedValue>;
  /** What a component registered at its end; undefined when it did not. */
  outputs: Record<string, RecordedValue> | undefined;
  /** URNs, explicit ones and those that follow from inputs. */
  dependencies: string[];
  /** URNs that each input depends on. */
  propertyDependencies: Record<string, string[]>;
  /** Own or inherited from the parent, as in the engine. */
  protect: boolean;
  retainOnDelete: boolean;
  /** URN of the resource whose deletion takes this one with it. */
  deletedWith: string | undefined;
  /** URNs of the resources whose replacement replaces this one. */
  replaceWith: string[];
  /** URNs it was known by before, the parent's former names included. */
  aliases: string[];
  ignoreChanges: string[];
  replaceOnChanges: string[];
  /** Undefined when left to the provider. */
  deleteBeforeReplace: boolean | undefined;
  additionalSecretOutputs: string[];
  hideDiffs: string[];
  /** Only those that were set: create, update, delete, read. */
  customTimeouts: Record<string, string>;
  version: string;
  pluginDownloadUrl: string;
  /** Id of the existing thing that is to be taken over, or read. */
  importId: string | undefined;
}

/** A function of a provider that the program called. The SDK sends arguments without their marks, so every leaf counts as a secret. */
export interface RecordedInvoke {
  token: string;
  args: Record<string, RecordedValue>;
  /** False when nobody answered: the result was unknown. */
  answered: boolean;
}

/** One line that the program said; errors end a recording instead. */
export interface RecordedLog {
  severity: "info" | "warning";
  /** Without colours and control characters. */
  message: string;
  /** The resource it is about. */
  urn: string | undefined;
  /** Where it came from: the SDK's log, or what the program printed. */
  source: "log" | "stdout" | "stderr";
}

/** What a program asks of the engine. Plain strings in it are free of secrets; {@link Secret} holds what is secret. */
export interface Recording {
  project: string;
  stack: string;
  organization: string;
  /** Version of the Pulumi SDK that the program ran on. */
  sdkVersion: string;
  /** The stack first, then each resource's children below it, by name. */
  resources: RecordedResource[];
  invokes: RecordedInvoke[];
  logs: RecordedLog[];
  stackOutputs: Record<string, RecordedValue>;
}

const byName = new Intl.Collator("en", { numeric: true });

/** Order that does not depend on which registration came first: parents first, children by name (`w-2` before `w-10`), then by type. */
export function inTreeOrder(resources: readonly RecordedResource[]): RecordedResource[] {
  const children = Map.groupBy(resources, ({ parent }) => parent);
  const below = (parent: string | undefined): RecordedResource[] =>
    (children.get(parent) ?? []).toSorted((a, b) => byName.compare(a.name, b.name) || compare(a.urn, b.urn)).flatMap((resource) => [resource, ...below(resource.urn)]);
  return below(undefined);
}

export function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
