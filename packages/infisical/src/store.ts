import { applyTransform, defined, didYouMean, isDnsLabel, isDnsSubdomain, parseDuration, refusal, type Duration, type KubernetesObject, type Refuse, type Transform } from "@rzp/core";
import { checkAddress, checkRefresh, checkWave, PROJECT_ID, SECRET_KEY } from "./checks.ts";
import { syncAnnotations } from "./sync.ts";

/** A key of a Secret that lives in the cluster. */
export interface SecretRef {
  /** Name of the Secret. */
  name: string;
  /** Key in it. */
  key: string;
  /** Its namespace. A ClusterSecretStore is in none itself, so it must be told. */
  namespace: string;
}

/** How the External Secrets Operator logs in: a machine identity's client id and secret, or its own Kubernetes token. */
export type InfisicalAuth =
  | { universal: { clientId: SecretRef; clientSecret: SecretRef } }
  /**
   * Infisical must reach the cluster's API to check the token. There is no ServiceAccount to choose: every such store logs in with the operator's own,
   * so what a store may read is decided by the identity's role in Infisical, and who may use it by `namespaces`. The path of the token, where it is
   * not the usual one, stands in a Secret too.
   */
  | { kubernetes: { identityId: SecretRef; serviceAccountTokenPath?: SecretRef } };

/** Arguments of a ClusterSecretStore on Infisical. Every change is in place; Secrets keep their values meanwhile. */
export interface InfisicalSecretStoreArgs {
  /** How the operator logs in. A wrong login makes the store and all that use it Degraded; their Secrets keep their values. */
  auth: InfisicalAuth;
  /** Slug of the project; the operator wants the slug where the SDK wants the id. */
  projectSlug: string;
  /** Slug of the environment, such as `prod`. */
  environmentSlug: string;
  /** Address of Infisical, without `/api`. @default "https://app.infisical.com" */
  hostAPI?: string;
  /**
   * Folder that is listed to check the login; the identity must be allowed to. It is no security boundary: the keys of an ExternalSecret are absolute
   * and leave it. @default "/"
   */
  secretsPath?: string;
  /** Base64 of the PEM certificates that sign a self-hosted Infisical's own. @default the operator's certificate authorities */
  caBundle?: string;
  /** Namespaces whose ExternalSecrets may use the store. @default all */
  namespaces?: readonly string[];
  /**
   * How often the login is checked, 1m to 24h. Everything that uses a store waits until it is Ready again, so this is also how long a mended login
   * takes to count. @default "5m", the operator's own
   */
  refreshInterval?: Duration;
  /** Argo CD's sync wave. @default 1, after an operator that comes with the same Application */
  wave?: number;
  transform?: { store?: Transform<KubernetesObject> };
}

/** Universal auth with the Secret that {@link InfisicalIdentity} makes. */
export function universalAuth(secretName: string, namespace: string): InfisicalAuth {
  const ref = (key: string): SecretRef => ({ name: secretName, namespace, key });
  return { universal: { clientId: ref("clientId"), clientSecret: ref("clientSecret") } };
}

/** The ClusterSecretStore as a plain object. The identity's Secret is not part of it: a Secret is never rendered. */
export function infisicalSecretStoreManifests(name: string, args: InfisicalSecretStoreArgs): KubernetesObject[] {
  check(name, args);
  const { hostAPI = "https://app.infisical.com", secretsPath = "/", namespaces, caBundle, refreshInterval = "5m", wave = 1 } = args;
  const store: KubernetesObject = {
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: { name, annotations: syncAnnotations(wave) },
    // No retrySettings: the operator's Infisical provider does not read them.
    spec: defined({
      refreshInterval: Math.round((parseDuration(refreshInterval) ?? 0) / 1000),
      conditions: namespaces === undefined ? undefined : [{ namespaces: [...namespaces] }],
      provider: {
        infisical: {
          hostAPI,
          auth: authentication(args.auth),
          caBundle,
          // What the CRD has a default for is written out, or a diff without the server's help would show it for ever.
          secretsScope: { projectSlug: args.projectSlug, environmentSlug: args.environmentSlug, secretsPath, recursive: false, expandSecretReferences: true },
        },
      },
    }),
  };
  return [applyTransform(store, args.transform?.store)];
}

function authentication(auth: InfisicalAuth): Record<string, unknown> {
  return "universal" in auth ? { universalAuthCredentials: auth.universal } : { kubernetesAuthCredentials: auth.kubernetes };
}

const SLUG = /^[a-z0-9][-_a-z0-9]*$/;

function check(name: string, args: InfisicalSecretStoreArgs): void {
  const { auth, projectSlug, environmentSlug, hostAPI, secretsPath = "/", caBundle, namespaces, refreshInterval, wave } = args;
  const refuse = refusal("InfisicalSecretStore", name);
  if (!isDnsSubdomain(name)) refuse("", "is not a name for a Kubernetes object", "Use a-z, 0-9, - and dots, a letter or digit at both ends.");
  checkAuth(refuse, auth);
  if (PROJECT_ID.test(projectSlug)) refuse("projectSlug", `"${projectSlug}" is a project id`, "The operator wants the slug; the id is for readSecrets.");
  if (!SLUG.test(projectSlug)) refuse("projectSlug", `"${projectSlug}" is not a slug`, "Use the project's slug as its settings show it, such as homelab.");
  if (!SLUG.test(environmentSlug)) refuse("environmentSlug", `"${environmentSlug}" is not a slug`, "Use the environment's slug, such as prod.");
  if (hostAPI !== undefined) checkAddress(refuse, "hostAPI", hostAPI, true);
  if (!secretsPath.startsWith("/")) refuse("secretsPath", `"${secretsPath}" is not absolute`, "Begin it with /.");
  if (caBundle !== undefined && !isPem(caBundle)) refuse("caBundle", "is not the base64 of a PEM certificate", "Encode the file that begins with -----BEGIN CERTIFICATE-----.");
  if (namespaces?.length === 0) refuse("namespaces", "is empty", "Nobody could use the store: name a namespace, or leave it out for all.");
  namespaces?.forEach((namespace, index) => {
    if (!isDnsLabel(namespace)) refuse(`namespaces[${index}]`, `"${namespace}" is not a namespace`, "Use a DNS label.");
  });
  if (refreshInterval !== undefined) checkRefresh(refuse, refreshInterval);
  if (wave !== undefined) checkWave(refuse, wave);
}

/** The references of each way to log in. The operator checks them for universal auth only; the others would fail at the first login. */
const REFERENCES = { universal: ["clientId", "clientSecret"], kubernetes: ["identityId", "serviceAccountTokenPath"] } as const;

function checkAuth(refuse: Refuse, auth: InfisicalAuth): void {
  if ("universal" in auth === "kubernetes" in auth) refuse("auth", "must be exactly one of universal and kubernetes", "Of several the operator would take the first it knows.");
  const method = "universal" in auth ? "universal" : "kubernetes";
  const path = `auth.${method}`;
  const references = Object.entries<SecretRef>("universal" in auth ? auth.universal : auth.kubernetes);
  for (const [field, { name, key, namespace }] of references) {
    if (field === "serviceAccountRef") refuse(`${path}.${field}`, "does not exist", "The operator always logs in with its own ServiceAccount; limit the store by namespaces.");
    if (!REFERENCES[method].some((known) => known === field)) refuse(`${path}.${field}`, "does not exist", didYouMean(field, REFERENCES[method]));
    if (!isDnsSubdomain(name)) refuse(`${path}.${field}.name`, `"${name}" is not a name for a Secret`, "Use a-z, 0-9, - and dots.");
    if (!SECRET_KEY.test(key)) refuse(`${path}.${field}.key`, `"${key}" is not a key of a Secret`, "Use letters, digits, dots, underscores and dashes.");
    if (!isDnsLabel(namespace)) refuse(`${path}.${field}.namespace`, `"${namespace}" is not a namespace`, "A ClusterSecretStore is in none itself, so each reference names one.");
  }
  const missing = REFERENCES[method].find((field) => field !== "serviceAccountTokenPath" && !references.some(([known]) => known === field));
  if (missing !== undefined) refuse(`${path}.${missing}`, "is missing", "Name the Secret, key and namespace it is read from.");
}

function isPem(base64: string): boolean {
  return Buffer.from(base64, "base64").toString("utf8").startsWith("-----BEGIN CERTIFICATE-----");
}
