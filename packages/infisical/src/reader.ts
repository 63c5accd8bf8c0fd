/** The run-time reader for pipelines: secrets go from Infisical into the environment of one child process, and nowhere else. */
export { readSecrets, SecretsError, type ReadSecretsArgs } from "./read-secrets.ts";
export { withSecrets, type WithSecretsOptions } from "./with-secrets.ts";
