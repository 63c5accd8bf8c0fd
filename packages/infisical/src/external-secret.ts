import { applyTransform, didYouMean, isDnsLabel, isDnsSubdomain, refusal, type Duration, type KubernetesObject, type Refuse, type Transform } from "@rzp/core";
import { checkRefresh, checkWave, SECRET_KEY } from "./checks.ts";
import { syncAnnotations } from "./sync.ts";

/** One key of the Secret and where its value comes from. */
export interface SecretKey {
  /** Key in the Secret: letters, digits, `.`, `_` and `-`. */
  key: string;
  /** Absolute key in Infisical: `/folder/NAME`. */
  remote: string;
}

/**
 * Arguments of an ExternalSecret. Changes reach the Secret in place; nothing restarts the pods that read it.
 *
 * The Secret outlives its ExternalSecret: taking a service away, renaming it or pruning by mistake leaves the Secret in its namespace, with its last
 * values, until somebody deletes it or the namespace. A new ExternalSecret of the same target takes it over.
 */
export interface ExternalSecretArgs {
  /** Namespace of ExternalSecret and Secret. Another one makes a second Secret; the first stays. */
  namespace: string;
  /** Name of the ClusterSecretStore. */
  store: string;
  /**
   * Every key by name. A search for keys is not offered: one that finds nothing reports Ready and keeps the old keys, so a removed or misspelt secret
   * would go unseen. A key that is missing in Infisical makes the ExternalSecret Degraded, keeps the Secret as it was, and costs dozens of logins in
   * the first minute.
   */
  keys: readonly SecretKey[];
  /** Name of the Secret. Another one makes a second Secret; the first stays. @default the ExternalSecret's name */
  target?: string;
  /** Type of the Secret, such as `kubernetes.io/basic-auth`. The server refuses a change on a live Secret: choose a new `target` with it. @default "Opaque" */
  type?: string;
  /** Keys made out of the values, as Go templates: `{ "config.ini": "key={{ .API_KEY }}" }`. With it, only these keys are in the Secret. */
  template?: Readonly<Record<string, string>>;
  /** Labels of ExternalSecret and Secret; the Secret does without `app.kubernetes.io/instance`, by which Argo CD may track what is its own. */
  labels?: Readonly<Record<string, string>>;
  /** Annotations of the ExternalSecret; the Secret has none of them. */
  annotations?: Readonly<Record<string, string>>;
  /**
   * How often the values are read again, 1m to 24h. Each time costs a login, a read per key and a revocation; 100 ExternalSecrets an hour are 5 calls a
   * minute, of the about 200 that Infisical's cloud allows. @default "1h"
   */
  refreshInterval?: Duration;
  /**
   * Argo CD's sync wave. With the default the pods start after the Secret is there; the price is that a sync of the service waits, and in the end fails
   * and is tried again, while Infisical cannot be read. 0 lets both come up together. @default -1
   */
  wave?: number;
  transform?: { externalSecret?: Transform<KubernetesObject> };
}

/** The ExternalSecret as a plain object. What the CRD has a default for is written out, so that a diff without the server's help is quiet. */
export function externalSecretManifests(name: string, args: ExternalSecretArgs): KubernetesObject[] {
  check(name, args);
  const { namespace, store, keys, target = name, type = "Opaque", template, labels = {}, annotations, refreshInterval = "1h", wave = -1 } = args;
  const externalSecret: KubernetesObject = {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace, ...(Object.keys(labels).length === 0 ? {} : { labels: { ...labels } }), annotations: syncAnnotations(wave, annotations) },
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
          // Without metadata of its own the Secret would copy Argo CD's tracking from here, and Argo CD would take it for its own, and prune it.
          metadata: { labels: secretLabels(labels) },
          ...(template === undefined ? {} : { data: { ...template } }),
        },
      },
      data: keys.map(({ key, remote }) => ({ secretKey: key, remoteRef: { key: remote } })),
    },
  };
  return [applyTransform(externalSecret, args.transform?.externalSecret)];
}

function secretLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(labels).filter(([label]) => label !== "app.kubernetes.io/instance" && !label.startsWith("argocd.argoproj.io/"));
  return { ...Object.fromEntries(kept), "app.kubernetes.io/managed-by": "external-secrets" };
}

function check(name: string, { namespace, store, keys, target, type, template, refreshInterval, wave }: ExternalSecretArgs): void {
  const refuse = refusal("ExternalSecret", name);
  if (!isDnsSubdomain(name)) refuse("", "is not a name for a Kubernetes object", "Use a-z, 0-9, - and dots, a letter or digit at both ends.");
  if (!isDnsLabel(namespace)) refuse("namespace", `"${namespace}" is not a namespace`, "Use a DNS label.");
  if (!isDnsSubdomain(store)) refuse("store", `"${store}" is not a name`, "Name the ClusterSecretStore.");
  if (target !== undefined && !isDnsSubdomain(target)) refuse("target", `"${target}" is not a name for a Secret`, "Use a-z, 0-9, - and dots.");
  if (type === "") refuse("type", "is empty", "Leave it out for Opaque.");
  checkKeys(refuse, keys);
  if (template !== undefined) checkTemplate(refuse, template, keys.map(({ key }) => key));
  if (refreshInterval !== undefined) checkRefresh(refuse, refreshInterval);
  if (wave !== undefined) checkWave(refuse, wave);
}

function checkKeys(refuse: Refuse, keys: readonly SecretKey[]): void {
  if (keys.length === 0) refuse("keys", "is empty", "Name every key; a search for keys would hide a missing one.");
  const seen = new Map<string, number>();
  keys.forEach(({ key, remote }, index) => {
    if (!SECRET_KEY.test(key)) refuse(`keys[${index}].key`, `"${key}" is not a key of a Secret`, "Use letters, digits, dots, underscores and dashes.");
    // A relative key would depend on the store's secretsPath, which is no boundary but looks like one.
    if (!/^(\/[_a-zA-Z0-9][-._a-zA-Z0-9]*)+$/.test(remote)) refuse(`keys[${index}].remote`, `"${remote}" is not an absolute key`, "Write it as /folder/NAME.");
    const other = seen.get(key);
    if (other !== undefined) refuse(`keys[${index}].key`, `"${key}" is already keys[${other}]`, "Each key has one value.");
    seen.set(key, index);
  });
}

/** A field the template reads and no key gives would fail at every refresh, in the cluster only. Templates that move the dot are left alone. */
function checkTemplate(refuse: Refuse, template: Readonly<Record<string, string>>, keys: readonly string[]): void {
  if (Object.keys(template).length === 0) refuse("template", "is empty", "Name the keys it makes, or leave it out.");
  for (const [key, text] of Object.entries(template)) {
    if (!SECRET_KEY.test(key)) refuse(`template["${key}"]`, "is not a key of a Secret", "Use letters, digits, dots, underscores and dashes.");
    const actions = [...text.matchAll(/\{\{(.*?)\}\}/gs)].map(([, action = ""]) => action.replace(/"(\\.|[^"\\])*"|`[^`]*`/g, '""'));
    if (actions.some((action) => /\b(range|with|define|template|block)\b/.test(action))) continue;
    const fields = actions.flatMap((action) => [...action.matchAll(/(?<![\w)])\.([A-Za-z_]\w*)/g)].map(([, field = ""]) => field));
    const unknown = fields.find((field) => !keys.includes(field));
    if (unknown !== undefined) refuse(`template["${key}"]`, `reads .${unknown}, which is not in keys`, didYouMean(unknown, keys));
  }
}
