import type { RecordingJson } from "../json.ts";
import { compare } from "../recording.ts";
import { isProvider, urnName } from "../urn.ts";
import type { Change, ChangedValue } from "./change.ts";
import { differences, isBelow } from "./differences.ts";
import { effect, worst, type Effect } from "./effect.ts";
import { lossOf, machineEffect } from "./machine-effects.ts";

type Resource = RecordingJson["resources"][number];

const UNKNOWN = "[unknown]";

/** What the engine would be asked to change between two recordings of one stack, by URN; a resource that was renamed with an alias is the one it was. */
export function compareRecordings(base: RecordingJson, head: RecordingJson): Change[] {
  const before = new Map(made(base).map((resource) => [resource.urn, resource]));
  const pairs = made(head).map((after) => ({ after, before: [after.urn, ...(after.aliases ?? [])].map((urn) => before.get(urn)).find((found) => found !== undefined) }));
  const kept = new Set(pairs.flatMap((pair) => pair.before?.urn ?? []));
  const changes = new Map<string, Change>();
  // What follows from something that is made anew is known only when that is: once more until no value is added, be it to a change that was there.
  const found = (): number => [...changes.values()].reduce((sum, { values }) => sum + 1 + values.length, 0);
  for (let counted = -1; counted !== found(); ) {
    counted = found();
    for (const pair of pairs) {
      const change = pair.before === undefined ? created(pair.after) : changed(pair.before, pair.after, changes);
      if (change !== undefined) changes.set(pair.after.urn, change);
    }
  }
  return [...changes.values(), ...[...before.values()].filter(({ urn }) => !kept.has(urn)).map(removed)].sort((a, b) => compare(a.group, b.group) || compare(a.kind, b.kind) || compare(a.name, b.name));
}

/** Components are only names for what they hold; what is read is not made. */
function made({ resources }: RecordingJson): Resource[] {
  return resources.filter(({ custom, read }) => custom && read !== true);
}

function created(resource: Resource): Change {
  return { ...about(resource), op: "create", values: [], effect: effect("in place") };
}

function removed(resource: Resource): Change {
  return { ...about(resource), op: "remove", values: [], effect: taken(resource, effect("remove")) };
}

function changed(before: Resource, after: Resource, changes: ReadonlyMap<string, Change>): Change | undefined {
  const own = differences(before.inputs, after.inputs).map((difference): ChangedValue => {
    if (matches(difference.path, after.ignoreChanges)) return { ...difference, effect: effect("nothing", "ignoreChanges") };
    if (matches(difference.path, after.replaceOnChanges)) return { ...difference, effect: effect("replace", "replaceOnChanges") };
    return { ...difference, effect: machineEffect(after.type, difference, { before: before.inputs, after: after.inputs }) };
  });
  const values = [...own, ...following(before, after, changes)];
  if (values.length === 0) return undefined;
  const found = worst(values.map((value) => value.effect));
  return { ...about(after), op: "change", values, effect: found.severity === "replace" ? taken(before, found) : found };
}

/** Inputs that are unknown on both sides and come from something that is made anew: they will have another value. */
function following(before: Resource, after: Resource, changes: ReadonlyMap<string, Change>): ChangedValue[] {
  return Object.entries(after.propertyDependencies ?? {}).flatMap(([key, urns]) => {
    const anew = urns.find((urn) => ["create", "replace"].includes(newness(changes.get(urn))));
    if (anew === undefined) return [];
    return unknownPaths(after.inputs[key], key)
      .filter((path) => unknownPaths(before.inputs[key], key).includes(path) && !matches(path, after.ignoreChanges))
      .map((path) => {
        const difference = { path, before: UNKNOWN, after: UNKNOWN };
        const found = matches(path, after.replaceOnChanges) ? effect("replace", "replaceOnChanges") : machineEffect(after.type, difference, { before: before.inputs, after: after.inputs });
        return { ...difference, follows: urnName(anew), effect: found };
      });
  });
}

function newness(change: Change | undefined): string {
  return change?.op === "create" ? "create" : (change?.effect.severity ?? "nothing");
}

function unknownPaths(value: unknown, path: string): string[] {
  if (value === UNKNOWN) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownPaths(item, `${path}[${index}]`));
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([key, item]) => unknownPaths(item, `${path}.${key}`)) : [];
}

/** What goes takes something with it, unless the engine refuses to let it go. The state protects it as it was protected before. */
function taken({ type, protect, retainOnDelete }: Resource, found: Effect): Effect {
  if (protect === true) return effect("refused", `protected: the engine stops at the preview${found.says === "" ? "" : ` (${found.says})`}`);
  if (retainOnDelete === true) return { ...found, says: "the engine forgets it and leaves it where it is" };
  const loss = lossOf(type);
  return loss === undefined ? found : effect(found.severity, `takes with it ${loss}`, true);
}

function matches(path: string, patterns: readonly string[] = []): boolean {
  return patterns.some((pattern) => pattern === "*" || path === pattern || path.startsWith(`${pattern}.`) || path.startsWith(`${pattern}[`) || isBelow(path, pattern.replaceAll("[*]", "[]")));
}

function about({ name, type, parent }: Resource): Pick<Change, "name" | "kind" | "group"> {
  const kind = isProvider(type) ? `${type.slice("pulumi:providers:".length)} provider` : (type.split(":").at(-1) ?? type);
  return { name, kind, group: parent === undefined || parent.includes("pulumi:pulumi:Stack") ? "" : urnName(parent) };
}
