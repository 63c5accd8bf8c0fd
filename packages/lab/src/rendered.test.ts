import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readRendered } from "./rendered.ts";

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "rzp-rendered-"));
  mkdirSync(join(base, "kubernetes/apps/web"), { recursive: true });
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

const web = (name: string, text: string): void => {
  writeFileSync(join(base, "kubernetes/apps/web", name), text);
};

it("reads every YAML file, several objects in one too, with its path", () => {
  web("b.yaml", "apiVersion: v1\nkind: Service\nmetadata: { name: web }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\n");
  web("a.yml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: web }\n");
  web("README.md", "# Not an object\n");
  const read = readRendered(base, ["kubernetes"]);
  expect(read.map(({ file, object }) => [file, object.kind])).toEqual([["kubernetes/apps/web/a.yml", "Namespace"], ["kubernetes/apps/web/b.yaml", "Service"], ["kubernetes/apps/web/b.yaml", "ConfigMap"]]);
});

it.each([
  ["broken YAML", "a: [1\n", "kubernetes/apps/web/a.yaml cannot be read as YAML: Flow sequence"],
  ["no name", "apiVersion: v1\nkind: Service\n", "kubernetes/apps/web/a.yaml holds no Kubernetes object: one has apiVersion, kind and metadata.name."],
])("names the file with %s", (_, text, message) => {
  web("a.yaml", text);
  expect(() => readRendered(base, ["kubernetes"])).toThrow(message);
});
