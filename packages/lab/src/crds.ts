import { readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "@rzp/core";
import { parseAllDocuments } from "yaml";
import type { KubeClient } from "./client.ts";
import { LabError } from "./errors.ts";
import { go, hasGo, type Environment } from "./go.ts";
import { toStandardError, type Report } from "./report.ts";
import { PROJECTS, type Project } from "./projects.ts";

const PATIENCE_MS = 60_000;

/** A CustomResourceDefinition, as far as it is read here. */
export interface Crd extends KubernetesObject {
  spec: { group: string; names: { kind: string; plural: string } };
}

/** A kind of a custom resource. */
export interface CustomKind {
  group: string;
  kind: string;
}

export interface FoundCrds {
  crds: Crd[];
  /** Kinds whose CRD cannot be had on this machine, and why; kinds that no project defines are not among them. */
  missing: (CustomKind & { why: string })[];
}

export interface FindCrdsOptions {
  /** Told a line before CRDs are read out of Go modules. @default it goes to standard error */
  report?: Report;
  /** @default the environment of this process */
  environment?: Environment;
}

/** The CRDs of these kinds and no others, for each costs the API server memory: from the folder `$RZP_LAB_CRDS`, or out of their projects' Go modules. */
export async function findCrds(kinds: readonly CustomKind[], { report = toStandardError, environment = process.env }: FindCrdsOptions = {}): Promise<FoundCrds> {
  const { RZP_LAB_CRDS: own = "" } = environment;
  const given = own === "" ? [] : readCrds([own], kinds);
  const wanted = kinds.filter((kind) => !given.some(defines(kind)));
  const projects = PROJECTS.filter(({ groups }) => wanted.some(({ group }) => groups.includes(group)));
  const crds = [...given];
  const reasons = new Map<Project, string>();
  const go = projects.some(({ module }) => module !== undefined) && (await hasGo(environment));
  if (go) report(`reading the CRDs of ${projects.flatMap(({ module }) => module?.path ?? []).join(", ")} out of their Go modules`);
  for (const project of projects) {
    if (project.module === undefined) reasons.set(project, `they are not in RZP_LAB_CRDS, and ${project.unavailable ?? "there is no other way to them"}`);
    else if (!go) reasons.set(project, "they are not in RZP_LAB_CRDS, and Go to get them with is not on PATH");
    else crds.push(...readCrds(await moduleFiles(project.module, environment), wanted));
  }
  const without = wanted.filter((kind) => !crds.some(defines(kind)));
  return { crds, missing: without.flatMap((kind) => whyMissing(kind, reasons)) };
}

const defines =
  ({ group, kind }: CustomKind) =>
  ({ spec }: Crd): boolean =>
    spec.group === group && spec.names.kind === kind;

function whyMissing(kind: CustomKind, reasons: ReadonlyMap<Project, string>): FoundCrds["missing"] {
  return [...reasons].filter(([{ groups }]) => groups.includes(kind.group)).map(([, why]) => ({ ...kind, why }));
}

/** Files and folders of a module at its pinned version, in Go's own cache of modules; Go checks its sum. */
async function moduleFiles({ path, version, files }: NonNullable<Project["module"]>, environment: Environment): Promise<string[]> {
  // In a folder of no module, so that none takes part.
  const answer = await go(["mod", "download", "-json", `${path}@${version}`], { folder: tmpdir(), environment, failure: `The CRDs in ${path} ${version} could not be had` });
  const { Dir: home } = JSON.parse(answer) as { Dir: string };
  return files.map((file) => join(home, file));
}

/** Those CRDs in files and folders that define one of the kinds. */
function readCrds(places: readonly string[], kinds: readonly CustomKind[]): Crd[] {
  return places
    .flatMap(yamlFiles)
    .map((file) => readFileSync(file, "utf8"))
    .filter((text) => text.includes("kind: CustomResourceDefinition") && kinds.some(({ group }) => text.includes(group)))
    .flatMap((text) => parseAllDocuments(text))
    .map((document) => document.toJS() as Crd | null)
    .filter((object): object is Crd => object?.kind === "CustomResourceDefinition" && kinds.some((kind) => defines(kind)(object)));
}

function yamlFiles(place: string): string[] {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat === undefined) throw new LabError(`There are no CRDs at ${place}: it does not exist.`);
  const files = stat.isDirectory() ? readdirSync(place, { recursive: true, encoding: "utf8" }).sort().map((file) => join(place, file)) : [place];
  return files.filter((file) => /\.ya?ml$/.test(file));
}

interface Established {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Applies CRDs, and waits until the API server serves their kinds. */
export async function applyCrds(client: KubeClient, crds: readonly Crd[]): Promise<void> {
  await Promise.all(
    crds.map(async (crd) => {
      await client.create(crd);
      const path = await client.pathOf(crd);
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const { status } = (await client.get<Established>(path)) ?? {};
        if (status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True")) return;
        if (performance.now() > end) throw new LabError(`${crd.metadata.name} is not served after ${PATIENCE_MS / 1000} s: ${JSON.stringify(status)}`);
        await sleep(50);
      }
    }),
  );
}
