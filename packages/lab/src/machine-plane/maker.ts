import type { z } from "zod";
import { LabError } from "../errors.ts";

/** What a program hands over and gets back: plain JSON, secrets in clear. */
type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Values = Record<string, Value>;

/** A resource as a program asks for it. */
export interface Asked {
  name: string;
  inputs: Readonly<Record<string, unknown>>;
}

/** Makes a resource as its provider would, by the vendor's documented calls, and says what it has become. It creates once and keeps no state. */
export type Maker = (asked: Asked) => Promise<{ id: string; outputs?: Values }>;

/** Answers a provider's function. */
export type Answerer = (args: Readonly<Record<string, unknown>>) => Promise<Values>;

/** What stands in for one provider, by token. */
export interface Makers {
  resources: Readonly<Record<string, Maker>>;
  invokes: Readonly<Record<string, Answerer>>;
}

/** A maker of inputs that have this shape. One that the shape does not know would be left out without a word, so it is refused. */
export function maker<Schema extends z.ZodObject>(shape: Schema, make: (inputs: z.output<Schema>, asked: Asked) => Promise<{ id: string; outputs?: Values }>): Maker {
  return (asked) => make(read(shape, asked.inputs), asked);
}

export function answerer<Schema extends z.ZodObject>(shape: Schema, answer: (args: z.output<Schema>) => Promise<Values> | Values): Answerer {
  return async (args) => answer(read(shape, args));
}

function read<Schema extends z.ZodObject>(shape: Schema, values: Readonly<Record<string, unknown>>): z.output<Schema> {
  const { success, data, error } = shape.safeParse(values);
  if (success) return data;
  const problems = error.issues.map((issue) => {
    if (issue.code !== "unrecognized_keys") return `${issue.path.join(".")}: ${issue.message}`;
    return issue.keys.map((key) => `${[...issue.path, key].join(".")} is an input that the lab does not send; only the real engine does.`).join(" ");
  });
  throw new LabError(problems.join("; "));
}
