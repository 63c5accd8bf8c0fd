import { didYouMean, type Refuse } from "@rzp/core";

/** What an argument must be: one of some words, or of a kind. */
type Shape = "boolean" | "list" | "object" | "number" | "text" | readonly string[];
type Shapes = Readonly<Record<string, Shape>>;

/** What charts and workloads share. */
const SHARED: Shapes = {
  exposure: ["internal", "public"], auth: ["basic"], talksTo: "list", needs: "list", risks: "list", ports: "list", secrets: "list", loadBalancer: "object", volumes: "object", resources: "object", replicas: "number",
}; // prettier-ignore
/** Of a workload. */
export const WORKLOAD_SHAPES: Shapes = {
  ...SHARED, port: "number", internet: "boolean", lan: "boolean", command: "list", args: "list", env: "object", files: "object", seed: "object", secretFiles: "object", scratch: "object", relax: "object", user: "number", group: "number",
}; // prettier-ignore
/** Of a chart's service. */
export const HELM_SHAPES: Shapes = { ...SHARED, chart: "object", extraCharts: "object", route: "object", hostPorts: "list", clusterKinds: "list", application: "object" };
/** Of a chart's network. */
export const NETWORK_SHAPES: Shapes = { internet: "boolean", lan: "boolean", api: "boolean", routes: "boolean", webhooks: "list", open: "list" };

/** Arguments without which there is no workload. */
const REQUIRED: Shapes = { image: "text", port: "number", health: "text" };

/** Refuses a workload without what makes it one. */
export function checkRequired(args: object, refuse: Refuse): void {
  for (const [field, shape] of Object.entries(REQUIRED)) {
    const value = (args as Record<string, unknown>)[field];
    if (value === undefined) refuse(field, "is missing", field === "health" ? 'Give a path such as /health that answers without a login, or "tcp".' : expected(value, shape));
  }
  checkShapes(args, REQUIRED, refuse);
}

/** Refuses a variable or file that is no text: Kubernetes takes no numbers there. A function makes the text later. */
export function checkTexts(field: string, texts: unknown, refuse: Refuse): void {
  for (const [key, value] of Object.entries((texts ?? {}) as Record<string, unknown>)) {
    if (typeof value !== "string" && typeof value !== "function") refuse(`${field}.${key}`, value === undefined ? "has no value" : `is ${JSON.stringify(value)}`, "Write it as a text, in quotes.");
  }
}

/**
 * Refuses what the compiler would refuse: declarations are run without it, and a word where a yes or no belongs would count as yes. `internet: "no"` would
 * open the internet.
 */
export function checkShapes(args: object, shapes: Shapes, refuse: Refuse, path = ""): void {
  for (const [field, shape] of Object.entries(shapes)) {
    const value = (args as Record<string, unknown>)[field];
    if (value === undefined || isOf(value, shape)) continue;
    refuse(`${path}${field}`, `is ${JSON.stringify(value)}`, expected(value, shape));
  }
}

function isOf(value: unknown, shape: Shape): boolean {
  if (typeof shape !== "string") return shape.includes(value as string);
  if (shape === "list") return Array.isArray(value);
  if (shape === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === (shape === "text" ? "string" : shape);
}

function expected(value: unknown, shape: Shape): string {
  if (typeof shape !== "string") return didYouMean(String(value), shape);
  return { boolean: "Use true or false.", list: "Write a list, in brackets.", object: "Write names and values, in braces.", number: "Use a number, without quotes.", text: "Write a text, in quotes." }[shape];
}
