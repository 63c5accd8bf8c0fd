export { externalSecretManifests, type ExternalSecretArgs, type SecretKey } from "./external-secret.ts";
export { infisicalSecretStoreManifests, universalAuth, type InfisicalAuth, type InfisicalSecretStoreArgs, type SecretRef } from "./store.ts";
