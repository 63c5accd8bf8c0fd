export { InfisicalIdentity, InfisicalSecretStore, type InfisicalIdentityArgs } from "./components.ts";
export * from "./manifests.ts";
