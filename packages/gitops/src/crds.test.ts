import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { crdProblems, hasCrds } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "@rzp/core";
import { observed, unknownFields, unknownPlace } from "./fields.ts";
import { gitTree, object } from "./fixtures.ts";
import { libraryKind } from "./library.ts";
import { NEWER_FIELDS } from "./newer-fields.ts";
import { fileName } from "./paths.ts";
import { SCHEMAS } from "./schemas/index.ts";
import { isClusterScoped } from "./scope.ts";

interface Schema {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  "x-kubernetes-int-or-string"?: boolean;
}

interface Crd {
  kind: string;
  spec: { group: string; scope: string; names: { kind: string }; versions: { name: string; served: boolean; schema: { openAPIV3Schema: Schema } }[] };
}

const folder = process.env.RZP_LAB_CRDS ?? resolve(import.meta.dirname, "../../../../shared/crds");
const projects = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : [];
const crds: Crd[] = projects.flatMap((project) =>
  readdirSync(join(folder, project))
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, project, file), "utf8")))
    .map((document) => document.toJS() as Crd | null)
    .filter((crd): crd is Crd => crd?.kind === "CustomResourceDefinition"),
); // prettier-ignore

/** An object with every field that a schema has. */
function sample(schema: Schema): unknown {
  if (schema["x-kubernetes-int-or-string"] === true) return 1;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.properties !== undefined) return Object.fromEntries(Object.entries(schema.properties).map(([name, field]) => [name, sample(field)]));
  if (typeof schema.additionalProperties === "object") return { key: sample(schema.additionalProperties) };
  if (schema.items !== undefined) return [sample(schema.items)];
  return { string: "x", integer: 1, number: 1, boolean: true }[schema.type ?? ""] ?? {};
}

/** Places where the real CRD has a field that the library does not know. */
function unknownToLibrary(id: string): string[] {
  const [group = "", version = "", kind = ""] = id.split("/");
  const crd = crds.find(({ spec }) => spec.group === group && spec.names.kind === kind);
  const served = crd?.spec.versions.find(({ name }) => name === version);
  const library = libraryKind(`${group}/${version}`, kind);
  if (served === undefined || library === undefined) return [];
  const full = { ...(sample(served.schema.openAPIV3Schema) as object), apiVersion: `${group}/${version}`, kind, metadata: { name: "x" } };
  const known = unknownPlace();
  try {
    library.prototype.validate.call(observed(full, known));
  } catch {
    // Only the fields it asks for are of interest.
  }
  return unknownFields(full, known, {}).map(({ path }) => path.replace(/\[\d+\]/g, "[]"));
}

describe.runIf(hasCrds)("against the projects' own CRDs", () => {
  it("knows which kinds live in no namespace", () => {
    const wrong = crds.filter(({ spec }) => libraryKind(`${spec.group}/${spec.versions[0]?.name ?? ""}`, spec.names.kind) !== undefined && isClusterScoped(`${spec.group}/v1`, spec.names.kind) !== (spec.scope === "Cluster"));
    expect(wrong.map(({ spec }) => `${spec.group}/${spec.names.kind} is ${spec.scope}`)).toEqual([]);
    expect(crds.filter(({ spec }) => spec.scope === "Cluster").length).toBeGreaterThan(5);
  });

  it("gives no two kinds one file name", () => {
    const builtIn = ["Node", "Service", "Ingress", "Deployment", "ConfigMap", "NetworkPolicy"].map((kind) => ["v1", kind]);
    const names = [...builtIn, ["storage.k8s.io/v1", "VolumeAttachment"], ...crds.map(({ spec }) => [`${spec.group}/v1`, spec.names.kind])].map(([apiVersion = "", kind = ""]) => [fileName(object(kind, "x", {}, apiVersion), "k/x"), fileName(object(kind, "y", {}, apiVersion), "k/x")].join());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it.each(Object.entries(NEWER_FIELDS))("%s: every newer field is in the CRD, and still unknown to the library", (id, fields) => {
    expect(unknownToLibrary(id)).toEqual(expect.arrayContaining(Object.keys(fields)));
  });

  it.each(["argoproj.io/v1alpha1/Application", "argoproj.io/v1alpha1/AppProject", "cert-manager.io/v1/Certificate", "gateway.networking.k8s.io/v1/HTTPRoute", "gateway.networking.k8s.io/v1/Gateway", "traefik.io/v1alpha1/IngressRoute", "traefik.io/v1alpha1/Middleware"])(
    "%s: no field of the deployed version is refused",
    (id) => {
      const left = unknownToLibrary(id).filter((path) => !/^(operation|status)\./.test(path) && NEWER_FIELDS[id]?.[path] === undefined);
      expect(left).toEqual([]);
    },
  );

  const key = { key: "k", name: "n" };
  const full: [string, string, KubernetesObject][] = [
    ["barman-cloud", "ObjectStore", object("ObjectStore", "x", { spec: { retentionPolicy: "14d", configuration: { destinationPath: "s3://b/x", endpointURL: "http://s3", endpointCA: key, serverName: "x", s3Credentials: { accessKeyId: key, secretAccessKey: key, region: key, sessionToken: key }, wal: { compression: "zstd", encryption: "AES256", maxParallel: 2 }, data: { compression: "gzip", encryption: "aws:kms", immediateCheckpoint: true, jobs: 2 } } } }, "barmancloud.cnpg.io/v1")],
    ["velero", "BackupStorageLocation", object("BackupStorageLocation", "x", { spec: { provider: "aws", default: true, accessMode: "ReadWrite", backupSyncPeriod: "1m0s", validationFrequency: "1m0s", config: { region: "x" }, credential: key, objectStorage: { bucket: "b", prefix: "p" } } }, "velero.io/v1")],
    ["velero", "Schedule", object("Schedule", "x", { spec: { paused: true, schedule: "0 3 * * *", skipImmediately: true, useOwnerReferencesInBackup: true, template: { defaultVolumesToFsBackup: true, excludedNamespaces: ["a"], excludedResources: ["a"], includeClusterResources: true, includedNamespaces: ["a"], includedResources: ["a"], resourcePolicy: { apiGroup: "v1", kind: "ConfigMap", name: "x" }, snapshotMoveData: true, snapshotVolumes: true, storageLocation: "x", ttl: "336h0m0s" } } }, "velero.io/v1")],
    ["metallb", "IPAddressPool", object("IPAddressPool", "x", { spec: { addresses: ["10.0.0.1-10.0.0.9"], autoAssign: true, avoidBuggyIPs: true, serviceAllocation: { priority: 1, namespaces: ["a"], namespaceSelectors: [{ matchLabels: { a: "b" } }], serviceSelectors: [{ matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] }] } } }, "metallb.io/v1beta1")],
    ["metallb", "L2Advertisement", object("L2Advertisement", "x", { spec: { interfaces: ["eth0"], ipAddressPools: ["x"], ipAddressPoolSelectors: [{ matchLabels: { a: "b" } }], nodeSelectors: [{ matchLabels: { a: "b" } }], serviceSelectors: [{ matchLabels: { a: "b" } }] } }, "metallb.io/v1beta1")],
    ["longhorn", "RecurringJob", object("RecurringJob", "x", { spec: { name: "x", task: "backup", cron: "0 3 * * *", retain: 7, concurrency: 2, groups: ["default"], labels: { a: "b" }, parameters: { a: "b" } } }, "longhorn.io/v1beta2")],
    ["longhorn", "BackupTarget", object("BackupTarget", "x", { spec: { backupTargetURL: "nfs://a/b", credentialSecret: "x", pollInterval: "5m0s" } }, "longhorn.io/v1beta2")],
    ["longhorn", "Setting", object("Setting", "x", { value: "true" }, "longhorn.io/v1beta2")],
  ]; // prettier-ignore

  it("tries every schema of ours", () => {
    expect(full.map(([, , { apiVersion, kind }]) => `${apiVersion}/${kind}`).sort()).toEqual(Object.keys(SCHEMAS).sort());
  });

  it.each(full)("%s %s: what our schema allows, the CRD allows", (project, _, object) => {
    expect([...gitTree("/nowhere").add("kubernetes/x", [object], { source: "x.ts" }).files()]).toHaveLength(1);
    expect(crdProblems(project, object)).toEqual([]);
  });
});

it.skipIf(hasCrds)("is not compared with the projects' CRDs: they are not at hand", () => {
  expect(crds).toEqual([]);
});
