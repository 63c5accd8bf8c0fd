import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { KubernetesObject } from "@rzp/core";
import { at } from "@rzp/testing";
import { category, workload, type Relax } from "@rzp/workload/manifests";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { homelab } from "../homelab.ts";
import type { Verdict } from "../lint.ts";
import { stack } from "../rendered.test-data.ts";
import { CHECKOV, kubeLint } from "./kube-lint.ts";

let base = "";
const said: string[] = [];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "rzp-kube-lint-"));
  said.length = 0;
  for (const stream of ["log", "error"] as const) vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true });
});

describe("without a Python that can run Checkov", () => {
  const pretend = (script: string): void => {
    writeFileSync(join(base, "python3"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(base, "python3"), 0o755);
  };

  it("says that nothing was checked, and why", async () => {
    vi.stubEnv("PATH", base);
    expect(await kubeLint({ base })).toBe(2);
    expect(said).toEqual(["skipped: nothing was checked, because Checkov needs Python 3.11 or newer, and there is none with pip on PATH"]);
  });

  it.each([
    ["of an older one", 'case $2 in *pip*) ;; *) echo 9 ;; esac', "python3 here is 3.9"],
    ["of one without pip", 'case $2 in pip) exit 1 ;; *) echo 13 ;; esac', "there is none with pip on PATH"],
  ])("says so %s, too", async (_, script, words) => {
    pretend(script);
    vi.stubEnv("PATH", [base, process.env.PATH].join(delimiter));
    expect(await kubeLint({ base })).toBe(2);
    expect(said).toEqual([`skipped: nothing was checked, because Checkov needs Python 3.11 or newer, and ${words}`]);
  });
});

/** Every relaxation there is. */
const RELAX: Readonly<Record<keyof Relax, Relax>> = {
  root: { root: "it must be root" },
  writableRoot: { writableRoot: "it writes to itself" },
  apiToken: { apiToken: "it reads its pods" },
  hostNetwork: { hostNetwork: "it answers broadcasts" },
  privileged: { privileged: "it mounts disks" },
  capabilities: { capabilities: { add: ["SYS_ADMIN"], reason: "it mounts disks" } },
  nfs: { nfs: "its library is on NFS" },
  network: { network: "it dials everybody" },
  latest: { latest: "there is no other tag" },
};

describe.skipIf(!existsSync(CHECKOV))("Checkov itself (skipped where ./rzp kube-lint has not brought it)", () => {
  const image = (tag: string): string => `registry.example.com/app:${tag}@sha256:${"01".repeat(32)}`;
  const SKIP = "checkov.io/skip-";

  it("finds of each relaxation what its reason exempts, no more and no less", { timeout: 120_000 }, async () => {
    const declared = Object.entries(RELAX).map(([what, relax], index) => {
      const name = what.toLowerCase();
      const app = workload({ image: image(what === "latest" ? "latest" : "1"), port: 8000 + index, health: "/", secrets: ["TOKEN"], relax });
      return category(`apps/${name}`, { [name]: app });
    });
    const { registry, context } = homelab(stack, declared);
    const expected = registry.services.flatMap((service) => {
      const { id } = service;
      const objects = service.manifests(context).filter(({ kind }) => ["Deployment", "NetworkPolicy"].includes(kind));
      write(`${id.name}.yaml`, objects);
      write(`${id.name}-bare.yaml`, objects.map((object) => bare(object)));
      const exempted = Object.keys(objects.find(({ kind }) => kind === "Deployment")?.metadata.annotations ?? {}).filter((key) => key.startsWith(SKIP));
      return exempted.map((key) => `${id.name}-bare ${key.slice(SKIP.length)}`);
    });
    expect(await kubeLint({ base, json: true })).toBe(1);
    const { problems } = JSON.parse(said.at(-1) ?? "") as Verdict;
    const left = problems.filter((line) => line.startsWith("kubernetes/")).map((line) => line.replace(/^kubernetes\/(.+)\.yaml:\d+ \S+ (\S+) .*/, "$1 $2"));
    expect(expected.length).toBeGreaterThan(8);
    expect(left.sort()).toEqual(expected.sort());
  });

  it("leaves out without a word what is no YAML, and what it takes for a template of Helm's; that is told", { timeout: 120_000 }, async () => {
    mkdirSync(join(base, "kubernetes"));
    for (const [name, line] of [["broken", "\tsecurityContext: {}"], ["template", '  note: "{{ .Values.image }}"']] as const) {
      writeFileSync(join(base, `kubernetes/${name}.yaml`), `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n${line}\n`);
    }
    expect(await kubeLint({ base })).toBe(1);
    for (const name of ["broken", "template"]) expect(said.at(-1)).toContain(`kubernetes/${name}.yaml makes pods, and Checkov left it out`);
  });

  it("is not asked about a tree with nothing in it, which is no pass", async () => {
    expect(await kubeLint({ base })).toBe(1);
    expect(said.at(-1)).toContain("Nothing was checked");
  });

  function write(file: string, objects: readonly KubernetesObject[]): void {
    mkdirSync(join(base, "kubernetes"), { recursive: true });
    writeFileSync(join(base, "kubernetes", file), objects.map((object) => stringify(object)).join("---\n"));
  }

  /** The same in a namespace of its own, with nothing exempted. */
  function bare(object: KubernetesObject): KubernetesObject {
    const annotations = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => !key.startsWith(SKIP));
    expect(at(object, "metadata.namespace")).toBeDefined();
    return { ...object, metadata: { ...object.metadata, namespace: `${object.metadata.namespace ?? ""}-bare`, annotations: Object.fromEntries(annotations) } };
  }
});
