import { applyTransform, ArgumentError, isDnsLabel, isDnsSubdomain, parseDuration, type Duration, type KubernetesObject, type Transform } from "@rzp/core";

/** One key of the Secret and where its value comes from. */
export interface SecretKey {
  /** Key in the Secret: letters, digits, `.`, `_` and `-`. */
  key: string;
  /** Absolute key in Infisical: `/folder/NAME`. */
  remote: string;
}

/** Arguments of an ExternalSecret. */
export interface ExternalSecretArgs {
  namespace: string;
  /** Name of the ClusterSecretStore. */
  store: string;
  /**
   * Every key by name. A search for keys is not offered: one that finds nothing reports Ready and keeps the old keys, so a removed or misspelt secret
   * would go unseen.
   */
  keys: readonly SecretKey[];
  /** Name of the Secret. @default the ExternalSecret's name */
  target?: string;
  /** Type of the Secret, such as `kubernetes.io/basic-auth`. @default "Opaque" */
  type?: string;
  /** Keys made out of the values, as Go templates: `{ "config.ini": "key={{ .API_KEY }}" }`. With it, only these keys are in the Secret. */
  template?: Record<string, string>;
  /** Labels of ExternalSecret and Secret. */
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /**
   * How often the values are read again. Each time costs a login, a read per key and a revocation; 100 ExternalSecrets an hour are 5 calls a minute,
   * of the about 200 that Infisical's cloud allows. @default "1h"
   */
  refreshInterval?: Duration;
  transform?: { externalSecret?: Transform<KubernetesObject> };
}

/** The ExternalSecret as a plain object, every default written out. */
export function externalSecretManifests(name: string, args: ExternalSecretArgs): KubernetesObject[] {
  check(name, args);
  const { namespace, store, keys, target = name, type = "Opaque", template, labels = {}, annotations, refreshInterval = "1h" } = args;
  const externalSecret: KubernetesObject = {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace, labels, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      refreshPolicy: "Periodic",
      refreshInterval,
      secretStoreRef: { kind: "ClusterSecretStore", name: store },
      target: {
        name: target,
        // Owner would delete the Secret within seconds of a prune or a rename, under the running pods' next start.
        creationPolicy: "Orphan",
        deletionPolicy: "Retain",
        template: {
          engineVersion: "v2",
          mergePolicy: "Replace",
          type,
          // Without metadata of its own the Secret would copy Argo CD's tracking from here, and Argo CD would take it for its own.
          metadata: { labels: { ...labels, "app.kubernetes.io/managed-by": "external-secrets" }, annotations: {} },
          ...(template === undefined ? {} : { data: template }),
        },
      },
      data: keys.map(({ key, remote }) => ({
        secretKey: key,
        remoteRef: { key: remote, conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None", nullBytePolicy: "Ignore" },
      })),
    },
  };
  return [applyTransform(externalSecret, args.transform?.externalSecret)];
}

function check(name: string, { namespace, store, keys, target, refreshInterval = "1h" }: ExternalSecretArgs): void {
  const refuse = (path: string, problem: string, expected: string): never => {
    throw new ArgumentError("ExternalSecret", name, { path, problem, expected });
  };
  if (!isDnsSubdomain(name)) refuse("", "is not a name for a Kubernetes object", "Use a-z, 0-9, - and dots, a letter or digit at both ends.");
  if (!isDnsLabel(namespace)) refuse("namespace", `"${namespace}" is not a namespace`, "Use a DNS label.");
  if (store === "") refuse("store", "is empty", "Name the ClusterSecretStore.");
  if (target !== undefined && !isDnsSubdomain(target)) refuse("target", `"${target}" is not a name for a Secret`, "Use a-z, 0-9, - and dots.");
  if (keys.length === 0) refuse("keys", "is empty", "Name every key; a search for keys would hide a missing one.");
  if (parseDuration(refreshInterval) === undefined) refuse("refreshInterval", `"${refreshInterval}" is not a duration`, "Write it as 10m or 1h.");
  const seen = new Map<string, number>();
  keys.forEach(({ key, remote }, index) => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) refuse(`keys[${index}].key`, `"${key}" has illegal characters`, "Use letters, digits, dots, underscores and dashes.");
    if (!/^(\/[-._a-zA-Z0-9]+)+$/.test(remote)) refuse(`keys[${index}].remote`, `"${remote}" is not an absolute key`, "Write it as /folder/NAME.");
    const other = seen.get(key);
    if (other !== undefined) refuse(`keys[${index}].key`, `"${key}" is already keys[${other}]`, "Each key has one value.");
    seen.set(key, index);
  });
}
