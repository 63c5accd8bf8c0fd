import { createHash } from "node:crypto";
import type { KubernetesObject } from "@rzp/core";
import { render } from "./template.ts";

export interface Condition {
  type: string;
  status: "True" | "False";
  reason: string;
  message: string;
  lastTransitionTime: string;
}

interface Live extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { uid: string; generation: number };
  status?: { conditions?: Condition[] };
}

interface SecretKey {
  name: string;
  key: string;
  namespace?: string;
}

export interface Store extends Live {
  spec: {
    conditions?: { namespaces?: string[] }[];
    provider: { infisical?: InfisicalProvider };
    /** In seconds; 0 for never. */
    refreshInterval?: number;
  };
}

export interface InfisicalProvider {
  hostAPI?: string;
  auth: { universalAuthCredentials?: { clientId: SecretKey; clientSecret: SecretKey } };
  secretsScope: { projectSlug: string; environmentSlug: string; secretsPath?: string; recursive?: boolean; expandSecretReferences?: boolean };
}

export interface ExternalSecret extends Live {
  spec: {
    refreshPolicy?: "Periodic" | "CreatedOnce" | "OnChange";
    refreshInterval?: string;
    secretStoreRef: { kind?: string; name: string };
    target?: {
      name?: string;
      creationPolicy?: "Owner" | "Orphan" | "Merge" | "None";
      immutable?: boolean;
      template?: { type?: string; mergePolicy?: "Replace" | "Merge"; metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; data?: Record<string, string>; templateFrom?: unknown };
    };
    data?: { secretKey: string; remoteRef: { key: string; property?: string; version?: string } }[];
    dataFrom?: unknown[];
  };
}

/** Where Infisical is when a store names no address. */
export const INFISICAL = "https://app.infisical.com";

/** Addresses of Infisical that the stores among these objects name, each once. */
export function storeHosts(objects: readonly KubernetesObject[]): string[] {
  const stores = objects.filter(({ kind }) => kind === "ClusterSecretStore" || kind === "SecretStore") as Store[];
  return [...new Set(stores.flatMap(({ spec: { provider: { infisical } } }) => (infisical === undefined ? [] : [infisical.hostAPI ?? INFISICAL])))];
}

const PREFIX = "reconcile.external-secrets.io";

/** The Secret that these values make. Without metadata in its template it has the labels and annotations of the ExternalSecret, Argo CD's too. */
export function secretOf({ metadata, spec, apiVersion, kind }: ExternalSecret, values: Readonly<Record<string, string>>): KubernetesObject {
  const { name = metadata.name, creationPolicy = "Owner", template, immutable } = spec.target ?? {};
  if (template?.templateFrom !== undefined) throw new Error("the lab does not play spec.target.template.templateFrom");
  const made = Object.fromEntries(Object.entries(template?.data ?? {}).map(([key, text]) => [key, render(text, values, key)]));
  const kept = Object.keys(made).length === 0 || template?.mergePolicy === "Merge" ? values : {};
  const data = Object.fromEntries(Object.entries({ ...kept, ...made }).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));
  const { labels, annotations } = template?.metadata ?? (template === undefined ? metadata : {});
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace: metadata.namespace ?? "default",
      labels: { ...labels, [`${PREFIX}/created-by`]: hash(`${metadata.namespace ?? ""}/${metadata.name}`), [`${PREFIX}/managed`]: "true" },
      annotations: { ...annotations, [`${PREFIX}/data-hash`]: hash(JSON.stringify(data)) },
      ...(creationPolicy === "Owner" ? { ownerReferences: [owner] } : {}),
    },
    type: template?.type ?? "Opaque",
    data,
    ...(immutable === true ? { immutable } : {}),
  };
}

/** What a change of calls for another try at once: all that somebody may have written, a `force-sync` annotation too. */
export function versionOf({ metadata: { generation, labels = {}, annotations = {} } }: Live): string {
  return `${generation}-${hash(JSON.stringify([labels, annotations]))}`;
}

export function isReady(object: Live | undefined): boolean {
  return object?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** The condition that tells how it went. It keeps its time for as long as it says the same. */
export function readyCondition(object: Live, ok: boolean, reason: string, message: string): Condition {
  const status = ok ? "True" : "False";
  const before = object.status?.conditions?.find(({ type }) => type === "Ready");
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now();
  return { type: "Ready", status, reason, message, lastTransitionTime };
}

export const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, "Z");

/** Short, and the same for the same text. */
export const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
