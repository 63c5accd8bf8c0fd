import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { secretOf, type ExternalSecret } from "./objects.ts";
import { render } from "./template.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const VALUES = { PASSWORD: "a b&c(d)", USER: "admin", _X1: "1" };

describe("a template", () => {
  it.each([
    ["plain", "plain"],
    ["{{ .USER }}:{{.PASSWORD}}", "admin:a b&c(d)"],
    ["redis://:{{ .PASSWORD | urlquery }}@redis", "redis://:a+b%26c%28d%29@redis"],
    ["{{ .USER | b64enc | quote }}", '"YWRtaW4="'],
    ["{{ .USER | b64enc | b64dec }}", "admin"],
    ["a {{- ._X1 -}}  b", "a1b"],
    ["[{{ .USER }}]\n", "[admin]\n"],
  ])("%j becomes %j", (template, text) => {
    expect(render(template, VALUES, "config")).toBe(text);
  });

  it.each([
    ["{{ .NOPE }}", 'unable to execute template at key config: map has no entry for key "NOPE"'],
    ["{{ .USER | urlqery }}", 'unable to parse template at key config: function "urlqery" not defined in the lab. Did you mean "urlquery"?'],
    ["{{ if .USER }}x{{ end }}", "unable to execute template at key config: the lab renders {{ .KEY | function }} only, and this is {{ if .USER }}"],
  ])("%j is refused", (template, message) => {
    expect(() => render(template, VALUES, "config")).toThrow(message);
  });
});

describe("the tree", () => {
  const read = (file: string): ExternalSecret => parse(readFileSync(join(ROOT, file), "utf8")) as ExternalSecret;
  const files = globSync("kubernetes/**/*external*secret*.yaml", { cwd: ROOT }).sort().filter((file) => read(file).kind === "ExternalSecret");

  it("has ExternalSecrets", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it.each(files)("%s makes a Secret", (file) => {
    const external = read(file);
    const values = Object.fromEntries((external.spec.data ?? []).map(({ secretKey }) => [secretKey, `value of ${secretKey}`]));
    const { data, metadata, type } = secretOf(external, values) as ReturnType<typeof secretOf> & { data: Record<string, string>; type: string };
    const keys = Object.keys(external.spec.target?.template?.data ?? values);
    expect([Object.keys(data).sort(), metadata.name, type]).toEqual([keys.sort(), external.spec.target?.name, external.spec.target?.template?.type]);
    expect(Object.values(data).map((text) => Buffer.from(text, "base64").toString()).join("\n")).not.toContain("{{");
  });
});
