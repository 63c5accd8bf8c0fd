import type { NewerFields } from "./fields.ts";

const NULL_BYTES = ["Fail", "Ignore"];

const REFERENCE = { name: "string", key: "string", namespace: "string" } as const;

/** The library knows universal auth only. */
const SECRET_STORE: NewerFields = {
  "spec.provider.infisical.auth.kubernetesAuthCredentials": { identityId: REFERENCE, serviceAccountTokenPath: REFERENCE },
  "spec.provider.infisical.caBundle": "string",
  "spec.provider.infisical.caProvider": { type: ["ConfigMap", "Secret"], ...REFERENCE },
  "spec.provider.infisical.secretsScope.organizationSlug": "string",
};

const APPLICATION: NewerFields = {
  "spec.source.tagPrefix": "string",
  "spec.sources[].tagPrefix": "string",
  "spec.source.directory.disableExtensionFilter": "boolean",
  "spec.sources[].directory.disableExtensionFilter": "boolean",
  "spec.sourceHydrator.drySource.directory.disableExtensionFilter": "boolean",
  "spec.sourceHydrator.syncSource.repoURL": "string",
};

/**
 * Fields that the deployed versions have (Argo CD 3.6, External Secrets 2.9, cert-manager 1.21, Traefik chart 41) and kubernetes-models does not know yet.
 * Tests hold both ways: each stands in the real CRD, and each is unknown to the library, so that a line goes when the library catches up.
 */
export const NEWER_FIELDS: Readonly<Record<string, NewerFields>> = {
  "argoproj.io/v1alpha1/Application": APPLICATION,
  "argoproj.io/v1alpha1/AppProject": { "spec.description": "string", "spec.roles[].description": "string", "spec.syncWindows[].description": "string", "spec.syncWindows[].syncOverrun": "boolean", "spec.sourceIntegrity": "object" },
  "cert-manager.io/v1/Certificate": { "spec.renewal": "object" },
  "external-secrets.io/v1/ClusterSecretStore": SECRET_STORE,
  "external-secrets.io/v1/SecretStore": SECRET_STORE,
  "external-secrets.io/v1/ExternalSecret": {
    "spec.data[].remoteRef.nullBytePolicy": NULL_BYTES,
    "spec.dataFrom[].extract.nullBytePolicy": NULL_BYTES,
    "spec.dataFrom[].find.nullBytePolicy": NULL_BYTES,
    "spec.dataFrom[].rewrite[].merge": "object",
    "spec.syncWindows": "object",
    "spec.target.template.metadata.finalizers": "object",
  },
  "gateway.networking.k8s.io/v1/GatewayClass": { "spec.description": "string" },
  "postgresql.cnpg.io/v1/Cluster": { "spec.description": "string", "spec.primaryLease": "object" },
  "traefik.io/v1alpha1/Middleware": { "spec.errors.errorRequestHeaders": "object" },
};
