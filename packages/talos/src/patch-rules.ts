import { didYouMean, type Refuse } from "@rzp/core";
import type { MachinePatch } from "./patches.ts";

/** Refuses what the provider or a machine would refuse only in the middle of an `up`, or what no machine survives. */
export function checkPatches(path: string, patches: readonly MachinePatch[], refuse: Refuse): void {
  patches.forEach((patch, index) => {
    checkPatch(`${path}[${index}]`, patch, refuse);
  });
}

function checkPatch(path: string, patch: unknown, refuse: Refuse): void {
  if (!isObject(patch)) return refuse(path, "is not an object", "JSON patches (RFC 6902) and text do not work here: write the fields to be merged, as { machine: { ... } }.");
  if ("op" in patch && "path" in patch) refuse(path, "is a JSON patch (RFC 6902), which does not work on several documents", "Write the fields to be merged, as { machine: { ... } }.");
  if ("kind" in patch || "apiVersion" in patch) {
    for (const field of ["apiVersion", "kind"]) if (typeof patch[field] !== "string") refuse(path, `has no ${field}`, "A document has both apiVersion and kind.");
    if (patch.kind === "HostnameConfig") refuse(path, "names the host, which nodes already does", "The key of nodes is the host name.");
    return;
  }
  const known = ["machine", "cluster"];
  const keys = Object.keys(patch);
  if (keys.length === 0) refuse(path, "is empty", "Write { machine: ... }, { cluster: ... } or a document with apiVersion and kind.");
  for (const key of keys) if (!known.includes(key)) refuse(`${path}.${key}`, "is not a part of a machine configuration", didYouMean(key, known));
  if (at(patch, "machine", "network", "hostname") !== undefined) {
    refuse(`${path}.machine.network.hostname`, "names the host twice, which a machine refuses", "The key of nodes is the host name.");
  }
  const plugins = at(patch, "cluster", "apiServer", "admissionControl");
  if (!Array.isArray(plugins)) return;
  plugins.forEach((plugin: unknown, index) => {
    const namespaces = at(plugin, "configuration", "exemptions", "namespaces");
    if (Array.isArray(namespaces) && namespaces.includes("kube-system")) {
      refuse(`${path}.cluster.apiServer.admissionControl[${index}].configuration.exemptions.namespaces`, "has kube-system", "Talos exempts it already, lists are appended, and the API server does not start when it reads it twice.");
    }
  });
}

function at(value: unknown, ...fields: string[]): unknown {
  return fields.reduce<unknown>((inner, field) => (isObject(inner) ? inner[field] : undefined), value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
