import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { PROJECTS, readRendered, toolVersion, type Admission } from "@rzp/lab";
import { describe, expect, it } from "vitest";
import { APP, loadStack } from "../config.ts";
import { TREE } from "../site.ts";
import { linesOf } from "./admission.ts";

interface Source {
  chart?: string;
  targetRevision?: string;
}

describe("the lab and the homelab", () => {
  it("are of one Kubernetes", () => {
    expect(toolVersion("kube-apiserver")).toBe(loadStack("production").cluster.kubernetes);
  });

  it("are of one version of every project that has CRDs; a new version of its chart needs the new one's module in packages/lab/src/projects.ts", () => {
    const applications = readRendered(join(APP, "../.."), [TREE]).filter(({ object }) => object.kind === "Application");
    const sources = applications.flatMap(({ object }) => {
      const { source, sources: several = [] } = object.spec as { source?: Source; sources?: Source[] };
      return source === undefined ? several : [source];
    });
    const deployed = new Map(sources.flatMap(({ chart, targetRevision }) => (chart === undefined ? [] : [[chart, targetRevision]])));
    expect(PROJECTS.map(({ chart: { name } }) => ({ name, version: deployed.get(name) }))).toEqual(PROJECTS.map(({ chart }) => chart));
  });
});

describe("linesOf", () => {
  const nothing: Admission = { kubernetes: "v1.36.3", kinds: [], refusals: [], unchecked: [], warnings: [] };
  const text = (result: Partial<Admission>): string => linesOf({ ...nothing, ...result }).map(stripVTControlCharacters).join("\n");

  it("counts what was accepted of what was rendered", () => {
    expect(text({ kinds: [{ kind: "Deployment", accepted: 14, rendered: 15 }, { kind: "Service", accepted: 2, rendered: 2 }] })).toBe(
      ["kube-apiserver v1.36.3: accepted / rendered", "    14 / 15  Deployment", "      2 / 2  Service", "", "16 of 17 objects accepted, 0 refused, 0 skipped"].join("\n"),
    );
  });

  it("names file and object of each refusal", () => {
    expect(text({ refusals: [{ file: "kubernetes/web.yaml", id: "v1/Service media/web", message: "no" }] })).toContain("refused: kubernetes/web.yaml: v1/Service media/web\n  no\n\n0 of 0 objects accepted, 1 refused");
  });

  it("says a warning once, and whose it is", () => {
    expect(text({ warnings: [{ text: "careful", objects: ["a", "b", "c", "d", "e", "f"] }] })).toContain("warning, 6 objects: careful\n  a, b, c, d and 2 more\n");
  });

  it("says what was skipped by kind and reason", () => {
    const one = (name: string): Admission["unchecked"][number] => ({ file: `${name}.yaml`, id: `example.com/v1/Thing media/${name}`, why: "nobody has it" });
    expect(text({ unchecked: [one("a"), one("b")] })).toContain("skipped: 2 objects of example.com/v1/Thing: nobody has it\n\n0 of 0 objects accepted, 0 refused, 2 skipped");
  });
});
