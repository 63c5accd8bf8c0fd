import { didYouMean } from "@rzp/core";
import type { FieldProblem } from "./validation.ts";

/** What a validator knows at one place of an object: the names it asks for, or any name (a map), or it never looks inside (free form). */
export interface Known {
  /** Place in the schema: `spec.containers[].env[]`. */
  readonly place: string;
  readonly names: Set<string>;
  map: boolean;
  /** False until the validator has been here. */
  learnt: boolean;
  readonly children: Map<string, Known>;
}

export function unknownPlace(place = ""): Known {
  return { place, names: new Set(), map: false, learnt: false, children: new Map() };
}

/** What may stand in a field newer than the library: a type, one of some words, or an object of such fields. */
type Shape = "string" | "boolean" | "object" | readonly string[] | { readonly [field: string]: Shape };

/** Fields newer than the library: place -> what is allowed there. */
export type NewerFields = Readonly<Record<string, Shape>>;

/**
 * The object behind a proxy that writes down which fields are asked for.
 *
 * The library's compiled validators let unknown fields pass, but they ask every object for every field of its type. So one run over a proxy tells the
 * whole type at each place it visits, and a field nobody asks for is unknown. A for-in loop over its keys means a map; no question at all means free form.
 */
export function observed(value: object, known: Known): object {
  known.learnt = true;
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key);
      if (typeof key === "symbol") return field;
      const name = Array.isArray(target) ? "[]" : key;
      if (name !== "[]") known.names.add(key);
      return field !== null && typeof field === "object" ? observed(field, child(known, name)) : field;
    },
    has(target, key) {
      if (typeof key === "string") known.names.add(key);
      return Reflect.has(target, key);
    },
    // Of all ways to look at keys only a for-in loop asks for the prototype; minProperties and the like count Object.keys.
    getPrototypeOf(target) {
      known.map = true;
      return Reflect.getPrototypeOf(target);
    },
  });
}

function child(known: Known, name: string): Known {
  const key = known.map ? "*" : name;
  let found = known.children.get(key);
  if (found === undefined) {
    found = unknownPlace(key === "[]" ? `${known.place}[]` : known.place === "" ? key : `${known.place}.${key}`);
    known.children.set(key, found);
  }
  return found;
}

/** True when every field is known; false when one is unknown or a place has not been learnt yet. */
export function isKnown(value: object, known: Known, newer: NewerFields): boolean {
  return visit(value, known, newer, undefined, "");
}

/** Every unknown field of an object whose type has been learnt. */
export function unknownFields(value: object, known: Known, newer: NewerFields): FieldProblem[] {
  const problems: FieldProblem[] = [];
  visit(value, known, newer, problems, "");
  return problems;
}

function visit(value: object, known: Known, newer: NewerFields, problems: FieldProblem[] | undefined, path: string): boolean {
  if (!known.learnt) {
    // Asked for by nobody even after a run over this very object: free form.
    if (problems === undefined) return false;
    known.learnt = true;
  }
  const list = Array.isArray(value);
  if (!list && !known.map && known.names.size === 0) return true;
  let good = true;
  for (const name of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[name];
    if (field === undefined) continue;
    const at = problems === undefined ? "" : list ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;
    if (!list && !known.map && !known.names.has(name)) {
      const problem = newerProblem(field, newer[known.place === "" ? name : `${known.place}.${name}`]);
      if (problem === undefined) continue;
      good = false;
      problems?.push({ path: at, message: problem === "" ? `is not a field here. ${didYouMean(name, [...known.names].sort())}` : problem });
    } else if (field !== null && typeof field === "object") {
      good = visit(field, child(known, list ? "[]" : name), newer, problems, at) && good;
    }
    if (!good && problems === undefined) return false;
  }
  return good;
}

/** Undefined when a newer version of the project knows the field and its value, empty when the field is unknown to it too. */
function newerProblem(value: unknown, shape: Shape | undefined): string | undefined {
  if (shape === undefined) return "";
  if (typeof shape === "string") return typeof value === shape ? undefined : `must be ${shape}`;
  if (isWords(shape)) return shape.includes(value as string) ? undefined : `must be one of ${shape.join(", ")}`;
  if (value === null || typeof value !== "object") return "must be object";
  for (const [name, field] of Object.entries(value)) {
    const problem = newerProblem(field, shape[name]);
    if (problem !== undefined) return problem === "" ? `has the field ${name}, which does not exist. ${didYouMean(name, Object.keys(shape))}` : `has ${name}, which ${problem}`;
  }
  return undefined;
}

function isWords(shape: Exclude<Shape, string>): shape is readonly string[] {
  return Array.isArray(shape);
}
