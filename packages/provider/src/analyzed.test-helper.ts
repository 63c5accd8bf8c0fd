import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { PackageSchema } from "./schema.ts";

const PACKAGE = join(import.meta.dirname, "..");

interface Analyzer {
  analyze(): { components: object; typeDefinitions: object; dependencies: object[] };
}

/** Pulumi's own analyzer and writer of schemas; neither is among the SDK's declared entry points. */
const load = createRequire(import.meta.url);
const { Analyzer } = load("@pulumi/pulumi/provider/experimental/analyzer.js") as { Analyzer: new (folder: string, name: string, manifest: object, names: Set<string>) => Analyzer };
const { generateSchema } = load("@pulumi/pulumi/provider/experimental/schema.js") as { generateSchema: (...about: unknown[]) => PackageSchema };

/** What the analyzer makes of components in a folder: its schema, or what it refuses. */
export function analyzed(folder: string, entry: string, names: readonly string[]): PackageSchema {
  const { description } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { description: string };
  const { components, typeDefinitions, dependencies } = new Analyzer(folder, "rzp", { main: entry }, new Set(names)).analyze();
  return JSON.parse(JSON.stringify(generateSchema("rzp", undefined, description, components, typeDefinitions, dependencies, undefined))) as PackageSchema;
}

/**
 * The package's schema, from what `declared.ts` says. The analyzer knows one module, `index`; the components have tokens of their own, which never change. What holds for all
 * components that are made by somebody else's process is written once, here.
 */
export function packageSchema(tokens: readonly string[]): string {
  const nameOf = (token: string): string => token.split(":")[2] ?? "";
  const { resources, ...rest } = analyzed(PACKAGE, "src/declared.ts", tokens.map(nameOf));
  const own = tokens.toSorted().map((token) => [token, resources[`rzp:index:${nameOf(token)}`]]);
  const about = { displayName: "rzp", license: "MIT", publisher: "The rzp-infra authors", keywords: ["kind/component", "homelab"] };
  return `${JSON.stringify({ ...rest, ...about, resources: Object.fromEntries(own) as object }, null, 2)}\n`;
}
