import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "@rzp/core";
import { parseAllDocuments } from "yaml";
import { LabError } from "./errors.ts";

/** An object of a rendered tree, and the file that it was read from. */
export interface RenderedObject {
  file: string;
  object: KubernetesObject;
}

/** All objects in the YAML files below some folders of a repository, in the order of their files. */
export function readRendered(base: string, folders: readonly string[]): RenderedObject[] {
  return folders.flatMap((folder) => {
    const files = readdirSync(join(base, folder), { recursive: true, encoding: "utf8" }).filter((file) => /\.ya?ml$/.test(file));
    return files.sort().flatMap((file) => objectsIn(`${folder}/${file}`, readFileSync(join(base, folder, file), "utf8")));
  });
}

function objectsIn(file: string, text: string): RenderedObject[] {
  return parseAllDocuments(text).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new LabError(`${file} cannot be read as YAML: ${problem.message}`);
    const object = document.toJS() as Partial<KubernetesObject> | null;
    if (typeof object?.apiVersion !== "string" || typeof object.kind !== "string" || typeof object.metadata?.name !== "string") {
      throw new LabError(`${file} holds no Kubernetes object: one has apiVersion, kind and metadata.name.`);
    }
    return { file, object: object as KubernetesObject };
  });
}
