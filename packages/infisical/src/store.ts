import { applyTransform, ArgumentError, defined, isDnsLabel, isDnsSubdomain, parseDuration, type Duration, type KubernetesObject, type Transform } from "@rzp/core";

/** A key of a Secret that lives in the cluster. */
export interface SecretRef {
  name: string;
  key: string;
  /** A ClusterSecretStore is in no namespace, so it must be told. */
  namespace: string;
}

/** How the External Secrets Operator logs in: a machine identity's client id and secret, or its own Kubernetes token. */
export type InfisicalAuth =
  | { universal: { clientId: SecretRef; clientSecret: SecretRef } }
  /** Infisical must reach the cluster's API to check the token; every store then shares the operator's one ServiceAccount. */
  | { kubernetes: { identityId: SecretRef; serviceAccountTokenPath?: string } };

/** Arguments of a ClusterSecretStore on Infisical. */
export interface InfisicalSecretStoreArgs {
  auth: InfisicalAuth;
  /** Slug of the project; the operator wants the slug where the SDK wants the id. */
  projectSlug: string;
  /** Slug of the environment, such as `prod`. */
  environmentSlug: string;
  /** Address of Infisical. @default "https://app.infisical.com" */
  hostAPI?: string;
  /** Folder that relative keys are read from. It is no security boundary: a key that begins with `/` leaves it. @default "/" */
  secretsPath?: string;
  /** Base64 of the certificate authority of a self-hosted Infisical. */
  caBundle?: string;
  /** Namespaces whose ExternalSecrets may use the store. @default all */
  namespaces?: readonly string[];
  /** How often the login is checked. @default "1h" */
  refreshInterval?: Duration;
  transform?: { store?: Transform<KubernetesObject> };
}

/** The ClusterSecretStore as a plain object. The identity's Secret is not part of it: a Secret is never rendered. */
export function infisicalSecretStoreManifests(name: string, args: InfisicalSecretStoreArgs): KubernetesObject[] {
  check(name, args);
  const { hostAPI = "https://app.infisical.com", secretsPath = "/", namespaces, caBundle, refreshInterval = "1h" } = args;
  const store: KubernetesObject = {
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: {
      name,
      // Store and operator may come from one Application: the dry run must not ask for a kind that does not exist yet.
      annotations: { "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true" },
    },
    spec: defined({
      refreshInterval: Math.round((parseDuration(refreshInterval) ?? 0) / 1000),
      conditions: namespaces === undefined ? undefined : [{ namespaces: [...namespaces] }],
      provider: {
        infisical: {
          hostAPI,
          auth: authentication(args.auth),
          caBundle,
          // Every default is written out, or a GitOps diff without the server's help would show it for ever.
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

function check(name: string, { auth, projectSlug, environmentSlug, hostAPI, secretsPath = "/", namespaces = [], refreshInterval = "1h" }: InfisicalSecretStoreArgs): void {
  const refuse = (path: string, problem: string, expected: string): never => {
    throw new ArgumentError("InfisicalSecretStore", name, { path, problem, expected });
  };
  if (!isDnsSubdomain(name)) refuse("", "is not a name for a Kubernetes object", "Use a-z, 0-9, - and dots, a letter or digit at both ends.");
  if ("universal" in auth === "kubernetes" in auth) refuse("auth", "must be exactly one of universal and kubernetes", "The operator would silently take the first it knows.");
  if (projectSlug === "") refuse("projectSlug", "is empty", "Use the project's slug as its settings show it.");
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(projectSlug)) refuse("projectSlug", `"${projectSlug}" is a project id`, "The operator wants the slug; the id is for readSecrets.");
  if (environmentSlug === "") refuse("environmentSlug", "is empty", "Use the environment's slug, such as prod.");
  if (hostAPI !== undefined && !/^https?:\/\/[^/]/.test(hostAPI)) refuse("hostAPI", `"${hostAPI}" is not an address`, "Write it as https://infisical.example.com.");
  if (!secretsPath.startsWith("/")) refuse("secretsPath", `"${secretsPath}" is not absolute`, "Begin it with /.");
  if (parseDuration(refreshInterval) === undefined) refuse("refreshInterval", `"${refreshInterval}" is not a duration`, "Write it as 10m or 1h.");
  namespaces.forEach((namespace, index) => {
    if (!isDnsLabel(namespace)) refuse(`namespaces[${index}]`, `"${namespace}" is not a namespace`, "Use a DNS label.");
  });
}
