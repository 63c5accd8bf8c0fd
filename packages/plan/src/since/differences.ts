import microdiff from "microdiff";

/** One value that is not what it was. */
export interface Difference {
  /** `disks[0].size`, `spec.template.spec.containers[sonarr].image`: items of a list by their name where each has one, by their place where not. */
  path: string;
  /** Undefined where there was nothing. */
  before: unknown;
  /** Undefined where nothing is left. */
  after: unknown;
}

/** What differs between two plain values. A list of plain values is one value (one of whole texts is not); in a list of named things, one more does not make all that follow it look changed. */
export function differences(before: object, after: object): Difference[] {
  return microdiff(fieldsOf(before), fieldsOf(after), { cyclesFix: false }).map((found) => ({
    path: found.path.reduce((path: string, step) => path + written(step, path === ""), ""),
    before: "oldValue" in found ? restored(found.oldValue) : undefined,
    after: "value" in found ? restored(found.value) : undefined,
  }));
}

/** True for the pattern's own path and all that is below it; `[]` in a pattern is any item of a list. */
export function isBelow(path: string, pattern: string): boolean {
  const place = path.replaceAll(/\[[^\]]*\]/g, "[]");
  return place === pattern || place.startsWith(`${pattern}.`) || place.startsWith(`${pattern}[`);
}

export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Marks the name of an item among the names of fields. */
const ITEM = "\u0000";
/** Marks a list that is one value. */
const LIST = "\u0000list ";

function fieldsOf(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item)]));
}

function comparable(value: unknown): unknown {
  if (!Array.isArray(value)) return isFields(value) ? fieldsOf(value) : value;
  const items = value as unknown[];
  const names = items.map((item) => (isFields(item) && typeof item.name === "string" ? item.name : undefined));
  if (items.length > 0 && !names.includes(undefined) && new Set(names).size === items.length) {
    return Object.fromEntries(items.map((item, index) => [`${ITEM}${names[index] ?? ""}`, comparable(item)]));
  }
  return items.some((item) => (typeof item === "object" && item !== null) || (typeof item === "string" && item.includes("\n"))) ? items.map(comparable) : LIST + JSON.stringify(items);
}

/** The opposite of `comparable`, for what is shown. */
function restored(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith(LIST) ? JSON.parse(value.slice(LIST.length)) : value;
  if (Array.isArray(value)) return value.map(restored);
  if (!isFields(value)) return value;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key]) => key.startsWith(ITEM)) ? entries.map(([, item]) => restored(item)) : Object.fromEntries(entries.map(([key, item]) => [key, restored(item)]));
}

function written(step: string | number, first: boolean): string {
  if (typeof step === "number") return `[${step}]`;
  if (step.startsWith(ITEM)) return `[${step.slice(ITEM.length)}]`;
  // A key with a dot of its own, such as an annotation's, would read like a path.
  return /[.[\]]/.test(step) ? `["${step}"]` : first ? step : `.${step}`;
}
